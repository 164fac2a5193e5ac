import { createServer } from 'nice-grpc';
import { sumMethod } from '../../dist/servers/sum-method.js';
import { ready } from './serve.mjs';

const server = createServer();
server.add({ sum: sumMethod }, { sum: async ({ a, b }) => ({ v: a + b }) });
ready(await server.listen('127.0.0.1:0'));
