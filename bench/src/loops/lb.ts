import { background, type Endpoint } from '@fairlead/endpoint';
import { balanced, createBalancer, retry } from '@fairlead/lb';
import { createEndpointer, staticInstancer } from '@fairlead/sd';
import { addressesOf } from '../pickers/picker.ts';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

/** What the work leaves behind: a compiler must not find out that nobody looks at it. */
let kept: unknown;

const endpoint: Endpoint<number, number> = async (request) => request;

/** Awaited calls of an endpoint, as it is and around three instances of it. */
async function calls(kind: string): Promise<(count: number) => Promise<void>> {
  let call = endpoint;
  if (kind !== 'bare') {
    const endpointer = createEndpointer(staticInstancer(addressesOf(3)), () => ({
      value: endpoint,
    }));
    await endpointer.ready(background);
    call = balanced(createBalancer(endpointer), (value) => value);
  }
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
