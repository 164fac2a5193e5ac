import { background, type Endpoint } from '@fairlead/endpoint';
import { erroring, keyed, tokenBucket } from '@fairlead/ratelimit';
import Bottleneck from 'bottleneck';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

/** What the work leaves behind: a compiler must not find out that nobody looks at it. */
let kept: unknown;

const endpoint: Endpoint<number, number> = async (request) => request;
/** A limit that counts and is never reached; rate-limiter-flexible's is a window of a day. */
const plenty = 1e12;
const none = 0;

function flexible(points: number): Endpoint<number, number> {
  const limiter = new RateLimiterMemory({ points, duration: 86_400 });
  return async (request, ctx) => {
    await limiter.consume('one');
    return endpoint(request, ctx);
  };
}

function bottleneck(): Endpoint<number, number> {
  const limiter = new Bottleneck({ reservoir: plenty });
  return (request, ctx) => limiter.schedule(() => endpoint(request, ctx));
}

const bucket = () => tokenBucket({ perSecond: plenty, burst: plenty });
/** In use: full buckets of a second's worth, so that no call waits for another's. */
const byKey = keyed<number>({ key: (request) => `user-${request & 4095}`, make: bucket });

/** Each job of bottleneck's takes milliseconds. */
const fewCalls = 20;

const variants: Readonly<Record<string, () => Endpoint<number, number>>> = {
  bare: () => endpoint,
  tokenBucket: () => erroring(bucket())(endpoint),
  keyed: () => erroring(byKey)(endpoint),
  flexible: () => flexible(plenty),
  bottleneck,
  'refused by tokenBucket': () => erroring(tokenBucket({ perSecond: 1, burst: none }))(endpoint),
  'refused by flexible': () => flexible(none),
};

const subject = process.argv[2] ?? '';
const call = variants[subject]?.();
if (call === undefined) throw new Error(`no such variant: ${subject}`);
const refused = (): undefined => undefined;

async function calls(count: number): Promise<void> {
  for (let i = 0; i < count; i++) kept = await call?.(i, background);
}

async function refusals(count: number): Promise<void> {
  for (let i = 0; i < count; i++) kept = await call?.(i, background).catch(refused);
}

serveRounds(async (ms) => {
  const work = subject.startsWith('refused') ? refusals : calls;
  const ns = await timeBatches(work, ms, subject === 'bottleneck' ? fewCalls : undefined);
  return { ns, kept: kept === undefined ? 0 : 1 };
});
