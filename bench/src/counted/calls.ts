import { circuitBreaker } from '@fairlead/circuitbreaker';
import { background, chain, type Endpoint } from '@fairlead/endpoint';
import { retry } from '@fairlead/lb';
import { erroring, tokenBucket } from '@fairlead/ratelimit';
import { balancedCall } from '../loops/balanced-call.ts';
import { fiveLayers } from '../servers/sum.ts';
import { serveCalls } from './serve-calls.ts';

type Call = Endpoint<number, number>;

const endpoint: Call = async (request) => request;
/** A limit that counts and is never reached. */
const plenty = 1e12;

const kinds: Readonly<Record<string, () => Call | Promise<Call>>> = {
  bare: () => endpoint,
  chain: () => chain(...fiveLayers)(endpoint),
  'by hand': () => fiveLayers.reduceRight((next, layer) => layer(next), endpoint),
  circuitBreaker: () => circuitBreaker().middleware(endpoint),
  tokenBucket: () => erroring(tokenBucket({ perSecond: plenty, burst: plenty }))(endpoint),
  balanced: () => balancedCall(endpoint),
  'balanced, retry': async () => retry()(await balancedCall(endpoint)),
};

const call = await kinds[process.argv[2] ?? '']?.();
if (call === undefined) throw new Error(`no such call: ${process.argv[2]}`);

serveCalls((i) => call(i, background));
