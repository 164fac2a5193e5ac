import fastify from 'fastify';
import { schema } from './fastify-schema-of.mjs';
import { keepAliveTimeout, ready, sum } from './serve.mjs';

// A line when a request comes and one when it is answered, as its logger has it, to where ours go.
const app = fastify({ keepAliveTimeout, logger: { file: '/dev/null' } });
app.post('/sum', { schema }, async ({ body }) => sum(body));
await app.listen({ port: 0, host: '127.0.0.1' });
ready(app.server.address().port);
