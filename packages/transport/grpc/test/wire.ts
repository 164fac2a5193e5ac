import { createServer, connect as openSession, type ServerHttp2Stream } from 'node:http2';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Socket,
} from 'node:net';
import { onTestFinished } from 'vitest';

/** A server of HTTP/2 alone, which answers as the test wants; returns its target. */
export async function serveStreams(answer: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createServer().on('stream', (stream) => {
    stream.on('error', () => {}); // A reset of its own is an error to Node.
    answer(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server of TCP alone; returns its target. */
export async function serveBytes(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A connection to a target, which a test can cut. */
export async function proxied(target: string): Promise<{ readonly target: string; cut(): void }> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  const own = await serveBytes((near) => {
    const far = connectTcp(Number(port), host).on('error', () => {});
    sockets.add(near).add(far);
    near.pipe(far);
    far.pipe(near);
  });
  return {
    target: own,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A SETTINGS frame of HTTP/2 that sets nothing: the first thing that either end says. */
export const emptySettings: Buffer = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

/** A message with gRPC's five bytes before it, which say how long it is and whether it is compressed. */
export function framed(message: Uint8Array, isCompressed = false): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt8(isCompressed ? 1 : 0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** Sends bytes to a gRPC method over HTTP/2 alone; returns the status that they are answered with. */
export async function statusOfBytes(
  target: string,
  path: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const session = openSession(`http://${target}`);
  onTestFinished(() => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc+proto',
    te: 'trailers',
    ...headers,
  });
  const status = new Promise<number>((resolve, reject) => {
    const look = (received: Record<string, unknown>): void => {
      if ('grpc-status' in received) resolve(Number(received['grpc-status']));
    };
    stream.on('response', look).on('trailers', look).on('error', reject).resume();
  });
  stream.end(body);
  return status;
}
