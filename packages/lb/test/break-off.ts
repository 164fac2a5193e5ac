import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** Listens on any port of this machine, as HTTP/1.1 and HTTP/2, and breaks off once a request has come. */
export async function listenAndBreakOff(): Promise<number> {
  const http2 = createHttp2Server();
  http2.on('sessionError', () => {});
  http2.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.session?.destroy();
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (first) => {
      if (!first.toString('latin1').startsWith('PRI ')) {
        socket.destroy();
        return;
      }
      socket.pause();
      socket.unshift(first);
      http2.emit('connection', socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  // Sound: a server that listens on a port has an address of this kind.
  return (server.address() as AddressInfo).port;
}
