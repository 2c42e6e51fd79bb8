// dgram.js TYPE PORT PEER PEERPORT: a UDP client by Node's dgram: bound to a fixed port, it hears before it connects.
const [type, port, peer, peerPort] = process.argv.slice(2);
const socket = require('dgram').createSocket(type);
let echoes = 0;

setTimeout(() => { console.log('nothing heard'); process.exit(1); }, 3000);
socket.on('error', (error) => { console.log(error.code); process.exit(1); });
socket.on('message', (message, from) => {
  console.log(`echo ${message} from ${from.address} at ${socket.address().port}`);
  if (++echoes < 3)
    socket.send('hello');
  else
    socket.close(() => { console.log('end'); process.exit(0); });
});
// Two turns of the event loop, so that it has registered the socket with epoll before.
socket.bind(Number(port), () => setImmediate(() => setImmediate(() => {
  socket.connect(Number(peerPort), peer, () => socket.send('hello'));
})));
