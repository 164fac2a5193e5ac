import { Agent } from 'node:http';
import got from 'got';
import { callInParallel, parallel, url } from './call.mjs';

const client = got.extend({
  agent: { http: new Agent({ keepAlive: true, maxSockets: parallel }) },
});
callInParallel(() => client.post(url, { json: { a: 1, b: 2 } }).json());
