// tcp.js ADDRESS PORT PEER PEERPORT: a TCP client by Node's net, with a local address and port.
const [localAddress, localPort, host, port] = process.argv.slice(2);
const socket = require('net').connect({ host, port: Number(port), localAddress, localPort: Number(localPort) });

socket.on('error', (error) => { console.log(error.code); process.exit(1); });
socket.on('connect', () => socket.write('hello'));
socket.on('data', (data) => {
  console.log(`echo ${data} at ${socket.localPort}`);
  console.log('end');
  socket.resetAndDestroy ? socket.resetAndDestroy() : socket.destroy();
});
