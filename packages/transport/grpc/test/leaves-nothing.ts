// Run by leak.test.ts in a process of its own, which must end by itself and print what is left.
import { background, createContext } from '@fairlead/endpoint';
import { Client, credentials } from '@grpc/grpc-js';
import { AddService } from '../gen/add.ts';
import { createGrpcClient, createGrpcServer, grpcHandler } from '../src/index.ts';
import { nextTurn } from './event.ts';

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
  count: (call) => call.end(),
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

const canceled = createContext();
const calls = [
  concat({ a: '', b: '' }, canceled),
  concat({ a: '', b: '' }, background.withTimeout(20)),
  createGrpcClient('127.0.0.1:9').endpoint(AddService.sum)({ a: 1, b: 2 }, background),
];
canceled.cancel();
console.log((await Promise.allSettled(calls)).map(({ status }) => status).join());

await client.close();
await server.close({ graceMs: Infinity });

// Sockets take a few turns to close.
for (let turn = 0; turn < 100 && held() !== ''; turn++) await nextTurn();
console.log('left:', held() || 'nothing');

function held(): string {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /Socket|Server|TCP|HTTP2|Timeout/i.test(name))
    .join();
}
