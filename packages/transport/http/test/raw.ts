import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection that a test writes to byte by byte. It is destroyed when the test is over. */
export async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // A reset is one way for a server to close; the tests look at what came before it.
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Sends bytes on a new connection and returns all that came until the server closed it. */
export async function exchange(
  port: number,
  ...writes: readonly (string | Uint8Array)[]
): Promise<string> {
  const socket = await open(port);
  const answer = untilClosed(socket);
  for (const bytes of writes)
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return answer;
}

/** All that comes until the connection closes. */
export function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

/** Waits until what came contains a text, and returns it all. */
export function untilSeen(socket: Socket, text: string): Promise<string> {
  let seen = '';
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1');
      if (seen.includes(text)) resolve(seen);
    });
    socket.once('close', () => reject(new Error(`closed after ${JSON.stringify(seen)}`)));
  });
}

/** The status of a raw answer; 0 where the connection was closed without one. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
