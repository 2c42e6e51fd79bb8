#!/bin/sh
# SPDX-License-Identifier: MIT
# rooted.sh COMMAND...: runs it where / is a mount point. In a plain chroot, as sbuild and pbuilder make, it is none, and
# `unshare -m` cannot keep mounts apart. As root the same tree is bound to a place that is a mount point, in a namespace
# that nothing leaves, and is the root there. COMMAND runs as it is where that is not needed, or not possible.
set -eu
if [ "$(id -u)" -ne 0 ] || unshare -m true 2>/dev/null; then exec "$@"; fi
# shellcheck disable=SC2016 # for the inner shells
bound='mount --make-private "$0" && mount --rbind / "$0" && mount --make-rprivate "$0" && exec chroot "$0" "$@"'
for place in /sys /dev; do
    unshare -m --propagation unchanged sh -c "$bound" $place unshare -m true 2>/dev/null || continue
    # shellcheck disable=SC2016
    exec unshare -m --propagation unchanged sh -c "$bound" $place sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"
done
exec "$@"
