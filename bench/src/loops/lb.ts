import { background, type Endpoint } from '@fairlead/endpoint';
import { retry } from '@fairlead/lb';
import { serveRounds } from '../worker.ts';
import { balancedCall } from './balanced-call.ts';
import { timeBatches } from './time-batches.ts';

/** What the work leaves behind: a compiler must not find out that nobody looks at it. */
let kept: unknown;

const endpoint: Endpoint<number, number> = async (request) => request;

/** Awaited calls of an endpoint, as it is and around three instances of it. */
async function calls(kind: string): Promise<(count: number) => Promise<void>> {
  let call = kind === 'bare' ? endpoint : await balancedCall(endpoint);
  if (kind === 'balanced, retry') call = retry()(call);
  return async (count) => {
    for (let i = 0; i < count; i++) kept = await call(i, background);
  };
}

const work = await calls(process.argv[2] ?? '');

serveRounds(async (ms) => ({
  call: await timeBatches(work, ms),
  kept: kept === undefined ? 0 : 1,
}));
