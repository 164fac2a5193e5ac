import type { HttpClientOptions } from '@fairlead/http';
import { serveCalls } from '../counted/serve-calls.ts';
import { repeats } from '../servers/sum.ts';
import { cpuUs, serveRounds } from '../worker.ts';

/** How many calls a client has under way at any moment. */
export const parallel = 50;
/** How many streams: few, as each has many messages, so that a round ends soon after its time. */
const parallelStreams = 4;
/** Ours would give idle connections up after 4 s, while others have their turn; theirs stay open. */
export const keptConnections: HttpClientOptions = {
  connections: parallel,
  keepAliveMs: 600_000,
};

/** The last argument of a client whose instructions are counted: as many calls as it is told, one after the other. */
export const oneByOne = 'one-by-one';

/** Makes calls as a worker, each lane its next when it has its answer, and counts them and the CPU time. */
export function callInParallel(call: () => Promise<{ readonly v: number }>): void {
  if (process.argv.at(-1) === oneByOne) serveCalls(call);
  else measureLanes(parallel, (until) => callUntil(call, until));
}

async function callUntil(
  call: () => Promise<{ readonly v: number }>,
  until: number,
): Promise<number> {
  let calls = 0;
  do {
    const { v } = await call();
    check(v);
    calls++;
  } while (performance.now() < until);
  return calls;
}

/** The same with streams, of which the messages count: `read` shows every message of one, to its end. */
export function readInParallel(read: (show: (v: number) => void) => Promise<void>): void {
  measureLanes(parallelStreams, async (until) => {
    let messages = 0;
    let streams = 0;
    const show = (v: number): void => {
      check(v);
      messages++;
    };
    do {
      await read(show);
      streams++;
      if (messages !== streams * repeats)
        throw new Error(`${messages} messages of ${streams} streams`);
    } while (performance.now() < until);
    return messages;
  });
}

function check(v: number): void {
  if (v !== 3) throw new Error(`the sum was ${v}`);
}

/** Measures as a worker what lanes do at the same time: each says in the end how much it did. */
function measureLanes(count: number, lane: (until: number) => Promise<number>): void {
  serveRounds(async (ms) => {
    const cpu = cpuUs();
    const start = performance.now();
    const done = await Promise.all(Array.from({ length: count }, () => lane(start + ms)));
    const calls = done.reduce((sum, one) => sum + one);
    return { calls, elapsedMs: performance.now() - start, cpuUs: cpuUs() - cpu };
  });
}
