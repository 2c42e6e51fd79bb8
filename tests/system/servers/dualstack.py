# SPDX-License-Identifier: MIT
# dualstack.py PORT: one IPv6 socket that serves IPv4 too, by the standard library's own means.
import http.server
import socket
import sys


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.close()
        self.socket = socket.create_server(
            self.server_address[:2], family=socket.AF_INET6, dualstack_ipv6=True
        )
        self.server_name, self.server_port = "localhost", self.server_address[1]


Server(("", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
