import { Agent, request } from 'node:http';
import type { SumResponse } from '../servers/sum.ts';
import { callInParallel, parallel } from './call-in-parallel.ts';

const agent = new Agent({ keepAlive: true, maxSockets: parallel });
const port = Number(process.argv[2]);

callInParallel(
  () =>
    new Promise<SumResponse>((resolve, reject) => {
      const body = JSON.stringify({ a: 1, b: 2 });
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      };
      const outgoing = request({
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/sum',
        headers,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('error', reject);
        reply.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      });
      outgoing.end(body);
    }),
);
