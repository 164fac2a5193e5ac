// Run by stream-soak.test.ts in a process of its own: many messages, and what they leave in memory.
import { background } from '@fairlead/endpoint';
import { liveHeapBytes } from '@fairlead/testing';
import { createGrpcClient, createGrpcServer, grpcHandler } from '../src/index.ts';
import { nextTurn } from './event.ts';
import { down, type Numbered } from './stream-methods.ts';

const [streams = 0, messages = 0, pauseEvery = 0] = process.argv.slice(2).map(Number);
const total = streams * messages;

async function* numbers(): AsyncGenerator<Numbered> {
  for (let n = 0; n < messages; n++) {
    made++;
    yield { n };
  }
}

await using server = createGrpcServer();
server.add({ down }, { down: grpcHandler(down, async () => numbers()) });
const { host, port } = await server.listen();
await using client = createGrpcClient(`${host}:${port}`);
const open = client.endpoint(down, { timeoutMs: Infinity });

let made = 0;
let read = 0;
let mostAhead = 0;
const heap: number[] = [];

async function drain(): Promise<void> {
  let next = 0;
  for await (const { n } of await open({ n: 0 }, background)) {
    if (n !== next++) throw new Error(`message ${n} came in the place of ${next - 1}`);
    read++;
    mostAhead = Math.max(mostAhead, made - read);
    if (next % pauseEvery === 0) await nextTurn();
    if (read % (total / 10) === 0) heap.push(liveHeapBytes() / 1024);
  }
}

await Promise.all(Array.from({ length: streams }, drain));
// From the third tenth, when all is compiled, to the last.
const growthKiB = Math.round((heap.at(-1) ?? 0) - (heap[2] ?? 0));
console.log(JSON.stringify({ read, growthKiB, mostAhead }));
