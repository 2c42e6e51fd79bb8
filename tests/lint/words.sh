#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# words.sh: what is left to do belongs into the tracker, and dead code nowhere. Run from the top.
set -u
mapfile -t files < <(find shim include launcher tests -name '*.[ch]' -o -path 'tests/*.sh' ! -name words.sh)
! grep -nE '\b(TODO|FIXME|XXX)\b|^[[:space:]]*#[[:space:]]*if[[:space:]]+0\b' "${files[@]}" Makefile tests/tests.mk .ci/run
