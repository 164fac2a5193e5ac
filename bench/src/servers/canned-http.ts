import { type AddressInfo, createServer } from 'node:net';
import { cpuUs, serveRounds } from '../worker.ts';

// A server that is no bottleneck: it looks for the end of each request and answers it with the
// same bytes. A client has one request at a time on a connection.
const body = '{"v":3}';
const reply = [
  'HTTP/1.1 200 OK',
  'content-type: application/json; charset=utf-8',
  `content-length: ${body.length}`,
  'date: Thu, 01 Jan 2026 00:00:00 GMT',
  'connection: keep-alive',
  'keep-alive: timeout=60',
  '',
  body,
].join('\r\n');

const server = createServer({ noDelay: true }, (socket) => {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (!isWhole(text)) return;
    text = '';
    socket.write(reply);
  });
  socket.on('error', () => socket.destroy());
});

server.listen(0, '127.0.0.1', () => {
  // Sound: a server that listens on a host has an address of this kind.
  const { port } = server.address() as AddressInfo;
  serveRounds(() => ({ cpuUs: cpuUs() }), port);
});

function isWhole(request: string): boolean {
  const head = request.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /^content-length: (\d+)\r$/im.exec(request)?.[1];
  return length !== undefined && request.length >= head + 4 + Number(length);
}
