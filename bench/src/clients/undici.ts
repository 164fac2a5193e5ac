import { Pool } from 'undici';
import type { SumResponse } from '../servers/sum.ts';
import { callInParallel, parallel } from './call-in-parallel.ts';

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: parallel });

callInParallel(async () => {
  const { body } = await pool.request({
    method: 'POST',
    path: '/sum',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ a: 1, b: 2 }),
  });
  return (await body.json()) as SumResponse;
});
