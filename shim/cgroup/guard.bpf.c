/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 * guard.bpf.c - engine `cgroup` in the kernel: eBPF programs in bind(2), listen(2) and where a connection comes in.
 *
 * Theory of operation. bind(2) is asked before the kernel looks at the address, so the address is changed in place, or the socket
 * gets a device. TCP on port 0 waits for listen(2), as in the other engines. There the kernel asks when the socket listens
 * already, so a connection may come in before the device is set: each that has come in by no device is asked about, too.
 * listen(2) and connections cannot be refused here: what a rule denies gets a device that there is none of, and hears nobody.
 * All facts are at hand, so one round of bg_decide() is enough. */
#include "cgroup/bind.bpf.h"
#include "cgroup/listen.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
