import type { SumResponse } from '../servers/sum.ts';
import { callInParallel } from './call-in-parallel.ts';

const url = `http://127.0.0.1:${process.argv[2]}/sum`;

callInParallel(async () => {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ a: 1, b: 2 }),
  });
  return (await reply.json()) as SumResponse;
});
