import {
  type ClientHttp2Stream,
  createServer,
  connect as openSession,
  type ServerHttp2Stream,
} from 'node:http2';
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

/** What a server of gRPC says, as HTTP/2 has it. */
export interface WireAnswer {
  /** 0 where there was no answer at all. */
  readonly httpStatus: number;
  /** Undefined where HTTP alone answered. */
  readonly status: number | undefined;
  readonly message: string;
  /** Why the stream was reset, in the words of Node; undefined where it was not. */
  readonly reset: string | undefined;
}

/** A request over HTTP/2 alone, as a client may send it who does not keep to gRPC. */
export interface WireRequest {
  /** Added to those of a proper call; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array;
}

/** A call of the method with this path on a connection of its own, whose messages are still to be sent. */
export function openStream(
  target: string,
  path: string,
  headers: WireRequest['headers'] = {},
): ClientHttp2Stream {
  const session = openSession(`http://${target}`);
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc+proto',
    te: 'trailers',
    ...headers,
  });
}

/** Sends a request to the method with this path on a connection of its own. */
export async function answerTo(
  target: string,
  path: string,
  { headers = {}, body = Buffer.alloc(0) }: WireRequest = {},
): Promise<WireAnswer> {
  const stream = openStream(target, path, headers);
  const received: Record<string, unknown> = {};
  const look = (part: object): void => void Object.assign(received, part);
  let reset: string | undefined;
  stream.on('response', look).on('trailers', look).resume();
  stream.on('error', (error: Error) => {
    reset = error.message;
  });
  const closed = new Promise((resolve) => stream.once('close', resolve));
  stream.end(body);
  await closed;
  const status = received['grpc-status'];
  return {
    httpStatus: Number(received[':status'] ?? 0),
    status: status === undefined ? undefined : Number(status),
    message: decodeURIComponent(String(received['grpc-message'] ?? '')),
    reset,
  };
}

/** Sends bytes to a gRPC method over HTTP/2 alone; returns the status that they are answered with. */
export async function statusOfBytes(
  target: string,
  path: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  return (await answerTo(target, path, { headers, body })).status;
}
