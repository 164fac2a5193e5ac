// Streams many messages each way between a server and a client in one process, and prints how much
// memory was held on the way and what is left. It must then end by itself.
import { background } from '@fairlead/endpoint';
import {
  createHttpClient,
  createHttpServer,
  eventStreamBody,
  eventStreamReply,
  jsonBody,
  ndjsonBody,
  ndjsonReply,
  route,
  routes,
} from '../src/index.ts';
import { whatIsLeft } from './handles.ts';
import { heldBytes } from './held-bytes.ts';

const messages = Number(process.argv[2]);
const checkpoints = 5;

interface Tick {
  readonly n: number;
  readonly text: string;
}

async function* ticks(count: number): AsyncGenerator<Tick> {
  for (let n = 0; n < count; n++) yield { n, text: 'tick' };
}

let wrong = 0;
/** How much the heap and the buffers outside of it have grown between the first checkpoint and each later one. */
let grown = 0;

/** Reads a stream, looks at each message, and at the memory now and then: while it does, nobody reads. */
async function read(stream: AsyncIterable<Tick>): Promise<number> {
  const step = Math.floor(messages / checkpoints);
  let expected = 0;
  let first = 0;
  for await (const { n } of stream) {
    if (n !== expected) wrong++;
    expected++;
    if (expected % step !== 0) continue;
    const held = await heldBytes();
    if (first === 0) first = held;
    else grown = Math.max(grown, held - first);
  }
  if (expected !== messages) wrong++;
  return expected;
}

const watch = async (count: number): Promise<AsyncIterable<Tick>> => ticks(count);
const server = createHttpServer(
  routes([
    route('POST', '/lines', watch, { decode: jsonBody<number>(), encode: ndjsonReply() }),
    route('POST', '/events', watch, { decode: jsonBody<number>(), encode: eventStreamReply() }),
    route('POST', '/upload', read, { decode: ndjsonBody<Tick>() }),
  ]),
  { requestTimeoutMs: 0 },
);
const { port } = await server.listen();
const client = createHttpClient(`http://127.0.0.1:${port}`);
const timeoutMs = Infinity;

const lines = client.endpoint<number, AsyncIterable<Tick>>({
  path: '/lines',
  decode: ndjsonBody<Tick>(),
  timeoutMs,
});
const events = client.endpoint<number, AsyncIterable<Tick>>({
  path: '/events',
  decode: eventStreamBody<Tick>(),
  timeoutMs,
});
const upload = client.endpoint<AsyncIterable<Tick>, number>({ path: '/upload', timeoutMs });

await read(await lines(messages, background));
await read(await events(messages, background));
await upload(ticks(messages), background);

await client.close();
await server.close();
process.stdout.write(JSON.stringify({ wrong, grown, resources: await whatIsLeft() }));
