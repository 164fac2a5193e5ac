import { background, contextKey, createContext } from '@fairlead/endpoint';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

const key = contextKey<number>('bench');
const parent = createContext();
const signals = [new AbortController().signal, new AbortController().signal];
const ignore = (): void => {};
/** What the work leaves behind: a compiler must not find out that nobody looks at it. */
let kept: unknown;

const works: Readonly<Record<string, () => void>> = {
  create() {
    const ctx = createContext({ timeoutMs: 10_000 });
    kept = ctx;
    ctx[Symbol.dispose]();
  },
  timeout() {
    const ctx = parent.withTimeout(10_000);
    kept = ctx;
    ctx[Symbol.dispose]();
  },
  listener() {
    const ctx = parent.withTimeout(10_000);
    kept = ctx.onAbort(ignore);
    ctx[Symbol.dispose]();
  },
  signal() {
    const ctx = parent.withTimeout(10_000);
    kept = ctx.signal;
    ctx[Symbol.dispose]();
  },
  value() {
    const ctx = background.with(key, 1);
    kept = ctx;
    if (ctx.get(key) === 0) kept = undefined;
  },
  'AbortSignal.timeout'() {
    kept = AbortSignal.timeout(10_000);
  },
  'AbortSignal.any'() {
    kept = AbortSignal.any(signals);
  },
  setTimeout() {
    const timer = setTimeout(ignore, 10_000);
    kept = timer;
    clearTimeout(timer);
  },
};

const work = works[process.argv[2] ?? ''];
if (work === undefined) throw new Error(`no such work: ${process.argv[2]}`);

serveRounds(async (ms) => {
  const ns = await timeBatches(async (calls) => {
    for (let i = 0; i < calls; i++) work();
  }, ms);
  return { ns, kept: kept === undefined ? 0 : 1 };
});
