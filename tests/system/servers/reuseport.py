# SPDX-License-Identifier: MIT
# reuseport.py PORT: two processes, each with a listening socket of its own on the one port.
import http.server
import os
import socket
import sys


class Server(http.server.HTTPServer):
    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


os.fork()
Server(("", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
