import { createServer } from 'node:http';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { Add } from '../proto.mjs';
import { keepAliveTimeout, ready } from './serve.mjs';

const sum = ({ a, b }) => ({ v: a + b });
const handler = connectNodeAdapter({ routes: (router) => router.service(Add, { sum }) });
const server = createServer({ keepAliveTimeout }, handler);
server.listen(0, '127.0.0.1', () => ready(server.address().port));
