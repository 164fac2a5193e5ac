// Run by leak.test.ts in a process of its own, which must end by itself and print what is left.
import { background, type Context, createContext } from '@fairlead/endpoint';
import { Client, credentials } from '@grpc/grpc-js';
import { AddService } from '../gen/add.ts';
import { createGrpcClient, createGrpcServer, grpcHandler } from '../src/index.ts';
import { nextTurn } from './event.ts';
import { both, type Numbered, up } from './stream-methods.ts';

process.on('unhandledRejection', (reason) => {
  console.log('unhandledRejection', reason);
  process.exit(1);
});

const server = createGrpcServer();
server.add(AddService, {
  sum: grpcHandler(AddService.sum, async ({ a, b }) => ({ v: a + b })),
  concat: grpcHandler(AddService.concat, () => new Promise(() => {}), {
    encode: () => ({ v: '' }),
  }),
  count: grpcHandler(AddService.count, async (_range, ctx) => endless(ctx)),
});
const streams = { up, both };
server.add(streams, {
  up: grpcHandler(up, async (numbers) => {
    for await (const n of numbers) return n;
    return { n: 0 };
  }),
  both: grpcHandler(both, async (numbers) => numbers),
});
const { host, port } = await server.listen();
const client = createGrpcClient(`${host}:${port}`);
const { sum, concat } = client.service(AddService);

// Somebody who watches the health when the server closes.
const watcher = new Client(`${host}:${port}`, credentials.createInsecure());
const asIs = (bytes: Buffer): Buffer => bytes;
const path = '/grpc.health.v1.Health/Watch';
const watch = watcher.makeServerStreamRequest(path, asIs, asIs, Buffer.alloc(0));
watch.on('error', ({ message }) => {
  console.log(message);
  watcher.close();
});
await new Promise((resolve) => watch.once('data', resolve));
watch.resume();

await Promise.all(Array.from({ length: 100 }, (_, a) => sum({ a, b: 1 }, background)));

// Streams that are broken off, abandoned, or end early on either side.
const { count } = client.service(AddService);
const { up: upload, both: talk } = client.service(streams);
for await (const _ of await count({ a: 0, b: 0 }, background)) break;
for await (const _ of await talk(numbers(), background)) break;
const abandoned = createContext();
await count({ a: 0, b: 0 }, abandoned);
await talk(numbers(), abandoned);
abandoned.cancel();
await upload(numbers(), background);

const canceled = createContext();
const calls: Promise<unknown>[] = [
  concat({ a: '', b: '' }, canceled),
  concat({ a: '', b: '' }, background.withTimeout(20)),
  talk(failing(), background).then(drain),
  createGrpcClient('127.0.0.1:9').endpoint(AddService.sum)({ a: 1, b: 2 }, background),
];
canceled.cancel();

console.log((await Promise.allSettled(calls)).map(({ status }) => status).join());

await client.close();
await server.close({ graceMs: Infinity });

// Sockets take a few turns to close, and Node's own work on files ends when it ends.
const until = performance.now() + 10_000;
while (held() !== '' && performance.now() < until) await nextTurn();
console.log('left:', held() || 'nothing');

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function* endless(ctx: Context): AsyncGenerator<{ v: number }> {
  for (let v = 0; ; v++) {
    yield { v };
    await nextTurn();
    ctx.throwIfAborted();
  }
}

async function* numbers(): AsyncGenerator<Numbered> {
  for (let n = 0; ; n++) {
    yield { n };
    await nextTurn();
  }
}

async function* failing(): AsyncGenerator<Numbered> {
  yield { n: 1 };
  throw new Error('the sender fails');
}

function held(): string {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /Socket|Server|TCP|HTTP2|Timeout/i.test(name))
    .join();
}
