import type { Socket } from 'node:net';
import { serveRounds } from '../worker.ts';
import { openConnection } from './connection.ts';
import { connections, post } from './post.ts';

// A load of many connections: each writes its next request when it has the reply to the one before.
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
  const socket = await openConnection(Number(port), () => {
    calls++;
    if (performance.now() < until) socket.write(request);
    else if (--inFlight === 0) drained?.();
  });
  return socket;
}
