import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { keepAliveTimeout, ready, sum } from './serve.mjs';

const app = new Hono();
app.post('/sum', async (context) => context.json(sum(await context.req.json())));
const serverOptions = { keepAliveTimeout };
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', serverOptions }, ({ port }) =>
  ready(port),
);
