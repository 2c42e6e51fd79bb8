/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 * core.bpf.h - shim/core, which decides, as part of an eBPF program: its sources in one, each function a part of its callers. */
#ifndef BINDGUARD_CGROUP_CORE_BPF_H
#define BINDGUARD_CGROUP_CORE_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libc's, of which there is none here. */
#define memset __builtin_memset
#define memcpy __builtin_memcpy
#define memcmp __builtin_memcmp

#include "bindguard/cgroup_map.h"
#include "bindguard/decide.h"

BG_SIGSAFE bool bg_rule_is_skipped(const struct bg_request *request, uint64_t index);

#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)
#include "core/addr.c"
#include "core/decide.c"
#include "core/question.c"
#include "core/rule.c"
#include "core/target.c"
#pragma clang attribute pop

#endif
