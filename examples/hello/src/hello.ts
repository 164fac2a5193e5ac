import { background, chain, type Middleware, ServiceError, timeout } from '@fairlead/endpoint';
import { createHttpClient, createHttpServer, httpHandler, jsonBody } from '@fairlead/http';
import { z } from 'zod';

// The business is a plain function. It is an endpoint already.
const Request = z.object({ a: z.number(), b: z.number() });
const divide = async ({ a, b }: z.infer<typeof Request>) => {
  if (b === 0) throw new ServiceError('invalid_argument', 'cannot divide by zero');
  return { v: a / b };
};

// A middleware decorates any endpoint, on the server and on the client.
const logging: Middleware = (next) => (request, ctx) => {
  console.log('called with', request);
  return next(request, ctx);
};

// A transport exposes it. The first layer of a chain is the outermost.
const endpoint = chain(logging, timeout(500))(divide);
await using server = createHttpServer(httpHandler(endpoint, { decode: jsonBody(Request) }));
const { port } = await server.listen();

// A client gives the same endpoint back, in another process.
await using client = createHttpClient(`http://127.0.0.1:${port}`);
const remote = client.endpoint<{ a: number; b: number }, { v: number }>({ path: '/' });
console.log(await remote({ a: 6, b: 3 }, background)); // => { v: 2 }
console.log(await remote({ a: 1, b: 0 }, background).catch(({ code }) => code)); // => invalid_argument
