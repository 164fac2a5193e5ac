import fastify from 'fastify';
import { schema } from './fastify-schema-of.mjs';
import { keepAliveTimeout, ready, sum } from './serve.mjs';

const app = fastify({ keepAliveTimeout });
app.post('/sum', { schema }, async ({ body }) => sum(body));
await app.listen({ port: 0, host: '127.0.0.1' });
ready(app.server.address().port);
