# SPDX-License-Identifier: MIT
# swarm.py FOLDER ADDRESS...: a tracker of BitTorrent, and a peer that has all of FOLDER/seed/data. Who has FOLDER/swarm.torrent
# asks the tracker at each ADDRESS, in order, until it answers; it names the peer by each ADDRESS.
import ctypes
import hashlib
import http.server
import os
import signal
import socket
import sys

SIZE, PIECE = 1 << 20, 1 << 15
os.chdir(sys.argv[1])
addresses = sys.argv[2:]


def encode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(encode(item) for item in value) + b"e"
    return b"d" + b"".join(encode(key) + encode(value[key]) for key in sorted(value)) + b"e"


class Tracker(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        peers = b"".join(socket.inet_aton(address) + (6881).to_bytes(2, "big") for address in addresses)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(encode({b"interval": 60, b"peers": peers}))

    def log_message(self, *_):
        pass


os.mkdir("seed")
data = os.urandom(SIZE)
with open("seed/data", "wb") as file:
    file.write(data)
pieces = b"".join(hashlib.sha1(data[at:at + PIECE]).digest() for at in range(0, SIZE, PIECE))
info = {b"length": SIZE, b"name": b"data", b"piece length": PIECE, b"pieces": pieces}
tracker = http.server.ThreadingHTTPServer(("", 6969), Tracker)
with open("swarm.new", "wb") as file:
    urls = [b"http://%s:6969/announce" % address.encode() for address in addresses]
    file.write(encode({b"announce": urls[0], b"announce-list": [[url] for url in urls], b"info": info}))
os.rename("swarm.new", "swarm.torrent")
if os.fork() == 0:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with the peer
    tracker.serve_forever()
os.execlp("aria2c", "aria2c", "-q", "--no-conf", "-d", "seed", "--enable-dht=false", "--bt-enable-lpd=false",
          "--listen-port=6881", "--bt-seed-unverified=true", "--seed-ratio=0.0", "swarm.torrent")
