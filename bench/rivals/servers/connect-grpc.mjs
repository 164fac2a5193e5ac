import { createServer } from 'node:http2';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { Add } from '../proto.mjs';
import { ready } from './serve.mjs';

const sum = ({ a, b }) => ({ v: a + b });
const server = createServer(
  connectNodeAdapter({ routes: (router) => router.service(Add, { sum }) }),
);
server.listen(0, '127.0.0.1', () => ready(server.address().port));
