import { createChannel, createClient } from 'nice-grpc';
import { sumMethod } from '../../dist/servers/sum-method.js';
import { callInParallel, port } from './call.mjs';

const client = createClient({ sum: sumMethod }, createChannel(`127.0.0.1:${port}`));
callInParallel(() => client.sum({ a: 1, b: 2 }));
