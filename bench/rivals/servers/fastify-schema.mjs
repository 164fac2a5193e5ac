import fastify from 'fastify';
import { keepAliveTimeout, ready, sum } from './serve.mjs';

const integer = { type: 'integer' };
const item = { type: 'object', properties: { id: integer, name: { type: 'string' } } };
const items = { type: 'array', items: item };
const schema = {
  body: { type: 'object', required: ['a', 'b'], properties: { a: integer, b: integer, items } },
  response: { 200: { type: 'object', properties: { v: integer, items } } },
};

const app = fastify({ keepAliveTimeout });
app.post('/sum', { schema }, async ({ body }) => sum(body));
await app.listen({ port: 0, host: '127.0.0.1' });
ready(app.server.address().port);
