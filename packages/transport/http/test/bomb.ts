// A process of its own: it is sent ten megabytes that unfold to ten gigabytes, whole and in chunks, and
// prints the statuses that it answered, and by how many bytes its memory has grown at most.
import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { createHttpServer, httpHandler } from '../src/index.ts';

// Members of a gzip file may follow each other.
const member = gzipSync(Buffer.alloc(64 << 20));
const members = Array.from({ length: 160 }, () => member);

const server = createHttpServer(
  httpHandler(async (body: Uint8Array) => body.length, {
    decode: (message) => message.bytes(),
    maxBodyBytes: 12 << 20,
  }),
);
const { port } = await server.listen();

async function statusOf(headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const sent = request({
    port,
    method: 'POST',
    agent: false,
    headers: { 'content-encoding': 'gzip', ...headers },
  });
  // The server closes the connection when it has heard enough.
  sent.on('error', () => {});
  Readable.from(members).pipe(sent);
  const [reply] = await once(sent, 'response');
  reply.resume();
  await once(reply, 'close');
  sent.destroy();
  return reply.statusCode;
}

const peak = () => process.resourceUsage().maxRSS * 1024;
await statusOf({});
const before = peak();
const statuses = [];
for (let i = 0; i < 5; i++) {
  statuses.push(await statusOf({}));
  statuses.push(await statusOf({ 'content-length': String(member.length * members.length) }));
}
await server.close();
process.stdout.write(JSON.stringify({ statuses, grown: peak() - before }));
