# SPDX-License-Identifier: MIT
# sender.py PORT HOST: sends from a fixed UDP port without connect(2), as openvpn does without nobind. Once the other
# host's same port has answered, it answers whoever asks.
import socket
import sys

port, there = int(sys.argv[1]), sys.argv[2]
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.bind(("", port))
sender.sendto(b"hello\n", (there, port))
sender.settimeout(10)
while sender.recvfrom(100)[1][0] != there:
    pass
sender.settimeout(None)
open("answered", "w").close()
while True:
    text, peer = sender.recvfrom(100)
    sender.sendto(b"heard " + text, peer)
