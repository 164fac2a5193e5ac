import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { keepAliveTimeout, ready, sum } from './serve.mjs';

const t = initTRPC.create();
const router = t.router({
  sum: t.procedure.input((value) => value).mutation(({ input }) => sum(input)),
});
const server = createHTTPServer({ router });
server.keepAliveTimeout = keepAliveTimeout;
server.listen(0, '127.0.0.1', () => ready(server.address().port));
