# SPDX-License-Identifier: MIT
# mdns.py NAME ADDRESS: asks by multicast DNS, from the machine's ADDRESS, for NAME.local; fails where nobody answers it.
import socket
import sys

name = b"".join(bytes([len(label)]) + label.encode() for label in (sys.argv[1], "local"))
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(1)
asker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[2]))
asker.sendto(b"ab\0\0\0\1\0\0\0\0\0\0" + name + b"\0\0\1\0\1", ("224.0.0.251", 5353))
answer = asker.recv(9000)
sys.exit(not (answer.startswith(b"ab") and answer[7] and name in answer))
