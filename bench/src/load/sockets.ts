import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { serveRounds } from '../worker.ts';
import { connections, post } from './post.ts';

// A load without an HTTP library: each connection writes a request, counts the bytes of the reply
// and writes the next. Every reply has the length of the first one, which is parsed.
const [, , port, path = '/sum', bytes = '0', count = connections] = process.argv;
const request = post(path, Number(bytes));
const sockets: Socket[] = [];
let calls = 0;
let until = 0;
let inFlight = 0;
let drained: (() => void) | undefined;

for (let i = 0; i < Number(count); i++) sockets.push(await open());

serveRounds(async (ms) => {
  calls = 0;
  const start = performance.now();
  until = start + ms;
  const idle = new Promise<void>((resolve) => {
    drained = resolve;
  });
  for (const socket of sockets) {
    inFlight++;
    socket.write(request);
  }
  await idle;
  return { calls, elapsedMs: performance.now() - start };
});

async function open(): Promise<Socket> {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
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
    calls++;
    if (performance.now() < until) socket.write(request);
    else if (--inFlight === 0) drained?.();
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
