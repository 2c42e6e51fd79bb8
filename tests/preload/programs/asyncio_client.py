"""asyncio_client.py PROTOCOL ADDRESS PORT PEER PEERPORT: a client by asyncio, with a local address and a remote one."""
import asyncio
import socket
import struct
import sys

protocol, address, port, peer, peer_port = sys.argv[1:]
local, remote = (address, int(port)), (peer, int(peer_port))


class Echo(asyncio.DatagramProtocol):
    """Hears one answer."""

    def __init__(self, heard):
        self.heard = heard

    def connection_made(self, transport):
        transport.sendto(b'hello')

    def datagram_received(self, data, _):
        self.heard.set_result(data)

    def error_received(self, exc):
        self.heard.set_exception(exc)


async def udp():
    """A datagram endpoint that is bound and connected."""
    heard = asyncio.get_running_loop().create_future()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Echo(heard), local_addr=local, remote_addr=remote)
    print('echo', (await asyncio.wait_for(heard, 5)).decode(), 'at', transport.get_extra_info('sockname')[1])
    transport.close()


async def tcp():
    """A stream that is bound and connected."""
    reader, writer = await asyncio.open_connection(*remote, local_addr=local)
    connected = writer.get_extra_info('socket')
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    writer.write(b'hello')
    print('echo', (await asyncio.wait_for(reader.read(5), 5)).decode(), 'at', connected.getsockname()[1])
    writer.close()

asyncio.run(udp() if protocol == 'udp' else tcp())
print('end')
