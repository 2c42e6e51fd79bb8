/* SPDX-License-Identifier: MIT
 * network_addresses.h - the one place where device and addresses of the two machines are written, as text. Tests and the
 * programs that they run make their tables of it. */
#ifndef BINDGUARD_LAUNCHER_PROVE_NETWORK_ADDRESSES_H
#define BINDGUARD_LAUNCHER_PROVE_NETWORK_ADDRESSES_H

#define NETWORK_DEVICE "eth0" /* of both machines */

/* Documentation's networks, RFC 5737 and 3849: nobody else's. */
#define NETWORK_IPV4(host) "198.51.100." host
#define NETWORK_IPV6(host) "2001:db8::" host
#define NETWORK_HERE_IPV4 NETWORK_IPV4("1")
#define NETWORK_HERE_IPV6 NETWORK_IPV6("1")
#define NETWORK_THERE_IPV4 NETWORK_IPV4("2")
#define NETWORK_THERE_IPV6 NETWORK_IPV6("2")

/* Of a second link between them, where there is one. */
#define NETWORK_SECOND_HERE_IPV4 "203.0.113.1"
#define NETWORK_SECOND_HERE_IPV6 "2001:db8:2::1"
#define NETWORK_SECOND_THERE_IPV4 "203.0.113.2"
#define NETWORK_SECOND_THERE_IPV6 "2001:db8:2::2"

#endif
