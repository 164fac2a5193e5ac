// A process of its own: a hundred megabytes go through a proxy to a target that sends them back, to a
// reader that is slower. Prints how many came back, by how many bytes the memory has grown, and what is left.
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { createHttpServer, createReverseProxy } from '../src/index.ts';
import { whatIsLeft } from './handles.ts';

const chunk = Buffer.alloc(1 << 18, 'x');
const target = createHttpServer((incoming, response) => void incoming.pipe(response));
const { port: targetPort } = await target.listen();
const proxy = createReverseProxy(`http://127.0.0.1:${targetPort}`);
const server = createHttpServer(proxy.handler);
const { port } = await server.listen();

async function roundTrip(count: number): Promise<number> {
  const sent = request({ port, method: 'POST', agent: false });
  Readable.from(Array.from({ length: count }, () => chunk)).pipe(sent);
  const reply = await new Promise<Readable>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  let bytes = 0;
  for await (const part of reply) {
    bytes += part.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return bytes;
}

const peak = () => process.resourceUsage().maxRSS * 1024;
await roundTrip(40);
const before = peak();
const bytes = await roundTrip(400);
const grown = peak() - before;
await server.close();
await proxy.close();
await target.close();
process.stdout.write(JSON.stringify({ bytes, grown, resources: await whatIsLeft() }));
