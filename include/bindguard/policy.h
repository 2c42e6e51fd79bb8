/* SPDX-License-Identifier: MIT
 * policy.h - the rules as data: one flat, read-only block without pointers, made by load, read by core. */
#ifndef BINDGUARD_POLICY_H
#define BINDGUARD_POLICY_H

#include "bindguard/addr.h"
#include "bindguard/verifier.h"

/** enum bg_mode - what the guard does with a decision. */
enum bg_mode {
	BG_MODE_ENFORCE, /* apply it */
	BG_MODE_OBSERVE, /* say what would be done, change nothing */
	BG_MODE_OFF,	 /* as if not loaded */
};

/** enum bg_protocol - transport protocol of a socket; the values are bits, so that a rule can hold a set. */
enum bg_protocol {
	BG_PROTOCOL_TCP = 1, /* MPTCP and SMC counted in */
	BG_PROTOCOL_UDP = 2,
	BG_PROTOCOL_UDPLITE = 4,
	BG_PROTOCOL_SCTP = 8,
	BG_PROTOCOL_DCCP = 16,
	BG_PROTOCOL_RAW = 32,
	BG_PROTOCOL_OTHER = 64, /* an Internet socket of none of these, without ports: ping sockets (icmp(7)), L2TP's */
};

/** BG_PROTOCOL_LISTENING - the set of those whose servers listen(2). */
#define BG_PROTOCOL_LISTENING (BG_PROTOCOL_TCP | BG_PROTOCOL_SCTP | BG_PROTOCOL_DCCP)
/** BG_PROTOCOL_DATAGRAM - the set of those whose sockets receive as soon as they are bound, and can be dissolved. */
#define BG_PROTOCOL_DATAGRAM (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE)

/** enum bg_action - what a rule says. */
enum bg_action {
	BG_ACTION_ALLOW,
	BG_ACTION_REWRITE,
	BG_ACTION_CONFINE,
	BG_ACTION_LIMIT,
	BG_ACTION_DENY,
	BG_ACTION_UNDO, /* never in a rule: connect(2) took back what bind(2) had changed (events only) */
};

/** enum bg_rule_call - the words of a rule's `call`; bits. */
enum bg_rule_call {
	BG_RULE_BIND = 1,    /* servers: bind(2) and listen(2), and what is a server again */
	BG_RULE_CONNECT = 2, /* clients: connect(2), and `address` and `port` are those of the other end */
};

/** enum bg_addr_class - the words that a rule's `address` may hold; bits. */
enum bg_addr_class {
	BG_CLASS_WILDCARD = 1,
	BG_CLASS_LOOPBACK = 2,
	BG_CLASS_ANY = 4,
};

/** enum bg_target - where a rewrite goes. */
enum bg_target {
	BG_TARGET_LOOPBACK,
	BG_TARGET_ADDRESS,   /* @ipv4 and/or @ipv6 of the rule */
	BG_TARGET_INTERFACE, /* the current address of @interface */
};

/** enum bg_from_kind - what a value of a limit's `from` stands for. */
enum bg_from_kind {
	BG_FROM_MACHINE,   /* this machine, at all its addresses */
	BG_FROM_INTERFACE, /* what arrives on it */
	BG_FROM_PREFIX,	   /* an address, or a block of addresses */
};

/** enum bg_log_to, bg_log_format, bg_log_events - the `log` section. */
enum bg_log_to { BG_LOG_STDERR, BG_LOG_SYSLOG, BG_LOG_JOURNAL, BG_LOG_NONE, BG_LOG_FILE };
enum bg_log_format { BG_LOG_TEXT, BG_LOG_JSON };
enum bg_log_events { BG_LOG_NOTABLE, BG_LOG_ALL };

/** Limits; the loader names them in its messages, and bindguard.conf(5) lists them. */
#define BG_FILE_MAX (1024 * 1024) /* bytes of a configuration file */
#define BG_RULES_MAX 1000
#define BG_VALUES_MAX 1024   /* values of one list */
#define BG_FROM_MAX 64	     /* values of `from` */
#define BG_NAME_MAX 64	     /* bytes of a rule's name */
#define BG_GLOB_MAX 1024     /* bytes of one glob */
#define BG_LOG_PATH_MAX 1024 /* bytes of the log file's path */
#define BG_IFNAME_MAX 16     /* IFNAMSIZ of net/if.h, terminator included */

/** struct bg_port_range - ports first..last, both included. */
struct bg_port_range {
	uint16_t first;
	uint16_t last;
};

/**
 * struct bg_span - an array or a string somewhere behind the rules.
 * @offset: bytes from the start of the policy; aligned for the element type
 * @count: elements; of a string, bytes without its terminator
 */
struct bg_span {
	uint32_t offset;
	uint32_t count;
};

/**
 * struct bg_from - a place that a limited socket hears.
 * @prefix: of BG_FROM_PREFIX
 * @interface: of BG_FROM_INTERFACE, terminated
 * @kind: enum bg_from_kind
 */
struct bg_from {
	struct bg_prefix prefix;
	char interface[BG_IFNAME_MAX];
	uint8_t kind;
};

/**
 * struct bg_rule - one `rule "name" { }`.
 * @name: string
 * @programs: array of struct bg_span, each a glob string; @programs.count 0 matches every program
 * @commands: likewise, on the command line
 * @prefixes: array of struct bg_prefix; together with @classes the `address` key
 * @ports: array of struct bg_port_range; count 0 matches every port
 * @from: array of struct bg_from, of a limit: at least one
 * @line: line in the file where the rule starts, 1-based
 * @protocols: set of enum bg_protocol; 0 matches every protocol
 * @families: set of enum bg_family; 0 matches both
 * @classes: set of enum bg_addr_class; 0 with @prefixes.count 0 matches every address
 * @calls: set of enum bg_rule_call, never 0
 * @action: enum bg_action
 * @target: enum bg_target, of a rewrite
 * @has_ipv4, @has_ipv6: which of @ipv4 and @ipv6 a BG_TARGET_ADDRESS has
 * @to_port: port to rewrite to, 0: the port asked for
 * @error: errno value of a deny
 * @interface: of a confine or of BG_TARGET_INTERFACE, terminated
 */
struct bg_rule {
	struct bg_span name;
	struct bg_span programs;
	struct bg_span commands;
	struct bg_span prefixes;
	struct bg_span ports;
	struct bg_span from;
	uint32_t line;
	uint8_t protocols;
	uint8_t families;
	uint8_t classes;
	uint8_t calls;
	uint8_t action;
	uint8_t target;
	bool has_ipv4;
	bool has_ipv6;
	uint16_t to_port;
	int32_t error;
	struct bg_addr ipv4;
	struct bg_addr ipv6;
	char interface[BG_IFNAME_MAX];
};

/**
 * struct bg_policy - everything a process needs to decide and to log.
 * @size: bytes of the whole block, arrays and strings behind the rules included
 * @rule_count: elements of @rules
 * @mode: enum bg_mode
 * @log_to, @log_format, @log_events: the enums above
 * @lockdown: the configuration could not be used; these are the rules of conf/lockdown.conf
 * @port_zero: a rule that can match a listening protocol names port 0, so bind(2) has to remember who asked for it
 * @outgoing: a rule is for connect(2), so each connect(2) has to be looked at
 * @limits: a rule limits, so a datagram socket that connects may be limited already, by the program before execve(2)
 * @log_path: string; where @log_to is BG_LOG_FILE
 * @rules: in the order of the file
 *
 * Immutable once published. The block holds offsets, never pointers: it can be copied, compiled in, or mapped.
 */
struct bg_policy {
	uint32_t size;
	uint32_t rule_count;
	uint8_t mode;
	uint8_t log_to;
	uint8_t log_format;
	uint8_t log_events;
	bool lockdown;
	bool port_zero;
	bool outgoing;
	bool limits;
	struct bg_span log_path;
	struct bg_rule rules[];
};

/** bg_policy_at - the array behind @span. */
BG_INLINE static inline const void *
bg_policy_at(const struct bg_policy *policy, struct bg_span span)
{
	return (const char *)policy + BG_POLICY_OFFSET(span.offset);
}

/** bg_policy_string - the terminated string behind @span. */
BG_INLINE static inline const char *
bg_policy_string(const struct bg_policy *policy, struct bg_span span)
{
	return bg_policy_at(policy, span);
}

/** The policies compiled in from conf/bindguard.conf, lockdown.conf and pin.conf by the one loader at build time. */
extern const struct bg_policy *const bg_policy_default;
extern const struct bg_policy *const bg_policy_lockdown;
extern const struct bg_policy *const bg_policy_pin;

/** The blocks behind them, for constants that point there. */
extern const unsigned char bg_policy_default_block[];
extern const unsigned char bg_policy_lockdown_block[];

#endif
