#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# package.sh dist|deb VERSION FOLDER: the sources as FOLDER/libbindguard-VERSION.tar.xz; or the Debian packages and theirs, in
# FOLDER/deb, as dpkg-buildpackage(1) and lintian(1) want them.
set -eu
name=libbindguard-$2
mkdir -p "$3"
folder=$(cd "$3" && pwd)
cd "$(dirname "$0")/.."
[ "$(sed -n '1s/.*(\(.*\)-.*).*/\1/p' debian/changelog)" = "$2" ] ||
    { echo "package.sh: debian/changelog is of another version, expected $2-1" >&2; exit 1; }
# What git knows, and neither what was built nor debian/, which is no part of the archive.
git ls-files -z . ':!debian' |
    tar -cJf "$folder/$name.tar.xz" --null --transform="s,^,$name/," --sort=name --owner=0 --group=0 -T -
[ "$1" = deb ] || exit 0
rm -rf "$folder/deb"
mkdir "$folder/deb"
cp "$folder/$name.tar.xz" "$folder/deb/libbindguard_$2.orig.tar.xz"
tar -xJf "$folder/$name.tar.xz" -C "$folder/deb"
cp -r debian "$folder/deb/$name"
cd "$folder/deb/$name"
env -u MAKEFLAGS -u MAKELEVEL -u CFLAGS dpkg-buildpackage -us -uc
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs ../*.changes
