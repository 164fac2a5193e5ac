// tools/pack.test.ts appends this file to the consumer that it installs the packed packages for:
// a first service, as a user would write it. Only there can its imports be resolved.
import { background, chain, type Endpoint, timeout } from '@fairlead/endpoint';
import { createHttpClient, createHttpServer, httpHandler, jsonBody } from '@fairlead/http';

interface SumRequest {
  readonly a: number;
  readonly b: number;
}

const sum: Endpoint<SumRequest, { v: number }> = async ({ a, b }) => ({ v: a + b });
const server = createHttpServer(
  httpHandler(chain(timeout(1000))(sum), { decode: jsonBody<SumRequest>() }),
);
const { port } = await server.listen();
const client = createHttpClient(`http://127.0.0.1:${port}`);
const remoteSum: typeof sum = client.endpoint({ path: '/sum' });
console.log(JSON.stringify(await remoteSum({ a: 1, b: 2 }, background)));
await client.close();
await server.close();
