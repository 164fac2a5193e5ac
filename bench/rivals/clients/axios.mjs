import { Agent } from 'node:http';
import axios from 'axios';
import { callInParallel, parallel, url } from './call.mjs';

const client = axios.create({ httpAgent: new Agent({ keepAlive: true, maxSockets: parallel }) });
callInParallel(async () => (await client.post(url, { a: 1, b: 2 })).data);
