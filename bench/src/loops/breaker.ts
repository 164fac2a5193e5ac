import {
  circuitBreaker,
  cockatiel,
  consecutiveFailures,
  keyedCircuitBreaker,
  opossum,
  slowCallRate,
} from '@fairlead/circuitbreaker';
import { background, type Endpoint } from '@fairlead/endpoint';
import {
  ConsecutiveBreaker,
  circuitBreaker as cockatielBreaker,
  handleAll,
  SamplingBreaker,
} from 'cockatiel';
import Opossum from 'opossum';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

type Call = (request: number) => Promise<unknown>;

const endpoint: Endpoint<number, number> = async (request) => request;
const keys = Array.from({ length: 256 }, (_, i) => `key-${i}`);

function guardedBy({
  middleware,
}: {
  readonly middleware: (next: typeof endpoint) => typeof endpoint;
}): Call {
  const guarded = middleware(endpoint);
  return (request) => guarded(request, background);
}

function sampling() {
  const breaker = new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 });
  return cockatielBreaker(handleAll, { halfOpenAfter: 5000, breaker });
}

function inARow() {
  return cockatielBreaker(handleAll, { halfOpenAfter: 5000, breaker: new ConsecutiveBreaker(5) });
}

/** Calls of an endpoint through a breaker, as its own documentation has them. */
const calls: Readonly<Record<string, () => Call>> = {
  bare: () => (request) => endpoint(request, background),
  ours: () => guardedBy(circuitBreaker()),
  'ours, in a row': () => guardedBy(circuitBreaker({ trip: consecutiveFailures(5) })),
  'ours, slow calls': () => guardedBy(circuitBreaker({ trip: slowCallRate({ slowMs: 1000 }) })),
  'ours, keyed': () =>
    guardedBy(keyedCircuitBreaker({ key: (request) => keys[Number(request) & 255] })),
  'ours, open'() {
    const breaker = circuitBreaker();
    breaker.force('open');
    const call = guardedBy(breaker);
    return (request) => call(request).catch(ignore);
  },
  cockatiel() {
    const policy = sampling();
    return (request) => policy.execute(() => endpoint(request, background));
  },
  'cockatiel, in a row'() {
    const policy = inARow();
    return (request) => policy.execute(() => endpoint(request, background));
  },
  'cockatiel, adapted': () => guardedBy({ middleware: cockatiel(sampling()) }),
  opossum() {
    // Its timeout, which it has by default, would cost it another timer for each call.
    const breaker = new Opossum(endpoint, { timeout: false });
    return (request) => breaker.fire(request, background);
  },
  'opossum, adapted'() {
    const breaker = new Opossum((run: () => Promise<unknown>) => run(), { timeout: false });
    return guardedBy({ middleware: opossum(breaker) });
  },
};

function ignore(): void {}

const make = calls[process.argv[2] ?? ''];
if (make === undefined) throw new Error(`no such breaker: ${process.argv[2]}`);
const call = make();

serveRounds(async (ms) => ({
  ns: await timeBatches(async (count) => {
    for (let i = 0; i < count; i++) await call(i);
  }, ms),
}));
