// A process of its own: it serves routes and answers one request, which is not sent by our client,
// and prints which of the modules it has loaded are undici's.

import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { createHttpClient, createHttpServer, route, routes } from '@fairlead/http';

await using server = createHttpServer(
  routes([
    route('GET', '/greetings/:name', async (name) => `hello ${name}`, {
      decode: ({ params }) => params.name,
    }),
  ]),
);
const { port } = await server.listen();
// Made, and closed again, as in a service whose peer was never called.
await createHttpClient('http://127.0.0.1:1').close();

const answer = await new Promise<string>((resolve) => {
  const socket = connect(port, '127.0.0.1');
  socket.end('GET /greetings/Ada HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  socket.once('data', (bytes) => resolve(bytes.toString().split('\r\n', 1).join()));
});
// undici is CommonJS, so it stands here however it was imported.
const loaded = Object.keys(createRequire(import.meta.url).cache).map((file) =>
  file.replaceAll('\\', '/'),
);
process.stdout.write(
  JSON.stringify({
    answer,
    router: loaded.some((file) => file.includes('/find-my-way/')),
    undici: loaded.filter((file) => file.includes('/undici/')),
  }),
);
