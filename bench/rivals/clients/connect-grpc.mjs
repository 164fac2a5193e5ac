import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { Add } from '../proto.mjs';
import { callInParallel, port } from './call.mjs';

const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` });
const client = createClient(Add, transport);
callInParallel(async () => {
  const { v } = await client.sum({ a: 1n, b: 2n });
  return { v: Number(v) };
});
