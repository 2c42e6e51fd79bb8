/* SPDX-License-Identifier: MIT
 * addresses.h - short names, for tables of tests, of what launcher/prove/network_addresses.h writes down. */
#ifndef BINDGUARD_TESTS_NET_ADDRESSES_H
#define BINDGUARD_TESTS_NET_ADDRESSES_H

#include "launcher/prove/network_addresses.h"

#define CABLE NETWORK_DEVICE /* the device at the cable, on both hosts */
#define NET4 NETWORK_IPV4("0/24")
#define NET6 NETWORK_IPV6("/64")
#define HERE4 NETWORK_HERE_IPV4
#define HERE6 NETWORK_HERE_IPV6
#define THERE4 NETWORK_THERE_IPV4
#define THERE6 NETWORK_THERE_IPV6
#define THIRD4 NETWORK_IPV4("3") /* nobody's, until a test gives it to a host */
#define THIRD6 NETWORK_IPV6("3")
#define ABSENT4 NETWORK_IPV4("77")
#define BROADCAST4 NETWORK_IPV4("255")

#endif
