import { serve } from './serve.ts';
import type { SumRequest } from './sum.ts';

/** What a hand writes who wants nothing but speed: no path, no limits, no errors. */
serve((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { a, b, items }: SumRequest = JSON.parse(Buffer.concat(chunks).toString());
    const body = JSON.stringify({ v: a + b, items });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
