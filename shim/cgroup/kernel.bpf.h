/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 * kernel.bpf.h - what is read of the kernel's own structures: the members that count, which libbpf finds in the running kernel by
 * their names (CO-RE). eBPF, in bind(2), listen(2) and where a connection comes in. */
#ifndef BINDGUARD_CGROUP_KERNEL_BPF_H
#define BINDGUARD_CGROUP_KERNEL_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define IFF_UP 1 /* net/if.h */
#define SOCK_BINDADDR_LOCK                                                                                             \
	4 /* net/sock.h: bound to an address that is no wildcard; a child of a listener has it, too */
#define SOCK_BINDPORT_LOCK 8 /* bound to a port that the program chose */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ipv6_devconf {
	int disable_ipv6;
};
struct inet6_dev {
	struct ipv6_devconf cnf;
};
struct net_device {
	unsigned flags;
	struct inet6_dev *ip6_ptr;
};
struct net {
	struct net_device *loopback_dev;
};
typedef struct {
	struct net *net;
} possible_net_t;
struct sock_common {
	unsigned char skc_ipv6only : 1;
	possible_net_t skc_net;
};
struct sock {
	struct sock_common __sk_common;
	unsigned char sk_userlocks : 4;
};
struct qstr {
	const unsigned char *name;
};
struct dentry {
	struct qstr d_name;
};
struct path {
	struct dentry *dentry;
};
struct file {
	struct path f_path;
};
struct mm_struct {
	struct file *exe_file;
};
struct task_struct {
	struct mm_struct *mm;
};

#pragma clang attribute pop

/** kernel_socket - the kernel's own structure behind @sk, which may be read, and no more. */
static __always_inline const struct sock *
kernel_socket(struct bpf_sock *sk)
{
	struct bpf_sock *pointer = sk;
	const struct sock *plain = NULL;

	/* Read as bytes it is a number to the verifier, which forbids to compute with what it knows to be a socket. */
	bpf_probe_read_kernel(&plain, sizeof(plain), &pointer);
	return plain;
}

/** kernel_v6only - IPV6_V6ONLY; bpf_getsockopt() cannot be asked in bind(2). */
static __always_inline bool
kernel_v6only(const struct sock *sk)
{
	return BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only);
}

/** kernel_userlocks - the set of SOCK_BIND*_LOCK. */
static __always_inline unsigned
kernel_userlocks(const struct sock *sk)
{
	return (unsigned)BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks);
}

/** kernel_has_loopback - has the socket's network 127.0.0.1, or ::1? Not where `lo` is down, or IPv6 disabled. */
static __always_inline bool
kernel_has_loopback(const struct sock *sk, bool ipv6)
{
	struct net_device *lo = BPF_CORE_READ(sk, __sk_common.skc_net.net, loopback_dev);
	struct inet6_dev *in6;

	if (!(BPF_CORE_READ(lo, flags) & IFF_UP))
		return false;
	if (!ipv6)
		return true;
	in6 = BPF_CORE_READ(lo, ip6_ptr);
	return in6 && !BPF_CORE_READ(in6, cnf.disable_ipv6);
}

/** kernel_program - the base name of the executable that makes the call; "" of what has none. */
static __always_inline void
kernel_program(char *name, unsigned size)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct dentry *dentry = BPF_CORE_READ(task, mm, exe_file, f_path.dentry);

	if (!dentry || bpf_probe_read_kernel_str(name, size, BPF_CORE_READ(dentry, d_name.name)) < 0)
		name[0] = '\0';
}

#endif
