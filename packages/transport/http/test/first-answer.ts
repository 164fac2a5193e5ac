// A process of its own: it serves routes, answers one request, and ends by itself.

import { background } from '@fairlead/endpoint';
import { createHttpClient, createHttpServer, group, route, routes } from '@fairlead/http';

const handler = routes([
  group(
    '/v1',
    [],
    [
      route('GET', '/greetings/:name', async (name: string) => `hello ${name}`, {
        decode: ({ params }) => params.name,
      }),
    ],
  ),
]);
await using server = createHttpServer(handler);
const { port } = await server.listen();
await using client = createHttpClient(`http://127.0.0.1:${port}`);
const greet = client.endpoint({ method: 'GET', path: '/v1/greetings/Ada' });
process.stdout.write(String(await greet(undefined, background)));
