import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A connection without an HTTP library, to write requests to: it counts the bytes of the replies and tells
 * when each is complete. Every reply has the length of the first one, which is parsed.
 */
export async function openConnection(port: number, onReply: () => void): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.on('close', () => {
    throw new Error('the server closed a connection');
  });
  let first = '';
  let expected = 0;
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (expected === 0) {
      first += chunk.toString('latin1');
      expected = replyLength(first) ?? 0;
      if (expected === 0) return;
    }
    if (received < expected) return;
    if (received > expected)
      throw new Error(`a reply of ${received} bytes in place of ${expected}`);
    received = 0;
    onReply();
  });
  return socket;
}

/** How many bytes a reply has, as soon as that can be seen. */
function replyLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n') + 4;
  if (head < 4) return undefined;
  if (!text.startsWith('HTTP/1.1 200 ')) throw new Error(`not the reply: ${text}`);
  const body = /^content-length: (\d+)\r$/im.exec(text)?.[1];
  if (body !== undefined) return head + Number(body);
  return text.endsWith('\r\n0\r\n\r\n') ? text.length : undefined;
}
