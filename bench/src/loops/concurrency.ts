import { background, type Endpoint, type Operation, operation } from '@fairlead/endpoint';
import { adaptiveLimit, adaptiveThrottle, bulkhead, shed } from '@fairlead/ratelimit';
import { bulkhead as cockatielBulkhead } from 'cockatiel';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

const endpoint: Endpoint<number, number> = async (request) => request;
const hanging: Endpoint<number, number> = () => new Promise(() => {});
/** What the work leaves behind: a compiler must not find out that nobody looks at it. */
let kept: unknown;

type Work = (calls: number) => Promise<void>;

function calling(call: Endpoint<number, number>): Work {
  return async (calls) => {
    for (let i = 0; i < calls; i++) kept = await call(i, background);
  };
}

function refused(call: (i: number) => Promise<number>): Work {
  return async (calls) => {
    for (let i = 0; i < calls; i++) {
      try {
        kept = await call(i);
      } catch (error) {
        kept = error;
      }
    }
  };
}

const sum: Operation = {
  side: 'server',
  transport: 'http',
  service: '',
  method: 'POST /sum',
  kind: 'unary',
  idempotent: false,
};
const arrived = { operation: sum, requestMetadata: { get: () => undefined } };

function admitting(limit: number): Work {
  const { admit } = shed({ limit });
  const ctx = background.with(operation, sum);
  // The one place of a limit of one.
  if (limit === 1) admit(ctx, arrived);
  return refused(async () => {
    admit(ctx, arrived)(undefined);
    return 0;
  });
}

function full(): Work {
  const places = bulkhead({ limit: 1 });
  void places(hanging)(0, background);
  const call = places(endpoint);
  return refused((i) => call(i, background));
}

function cockatielFull(): Work {
  const policy = cockatielBulkhead(1);
  void policy.execute(() => hanging(0, background));
  return refused((i) => policy.execute(() => endpoint(i, background)));
}

function cockatiel(): Work {
  const policy = cockatielBulkhead(100);
  return calling((request, ctx) => policy.execute(() => endpoint(request, ctx)));
}

const works: Readonly<Record<string, () => Work>> = {
  bare: () => calling(endpoint),
  bulkhead: () => calling(bulkhead({ limit: 100 })(endpoint)),
  'bulkhead, adaptive': () => calling(bulkhead({ limit: adaptiveLimit() })(endpoint)),
  'bulkhead, full': full,
  'shed, admitted': () => admitting(100),
  'shed, refused': () => admitting(1),
  throttle: () => calling(adaptiveThrottle()(endpoint)),
  cockatiel,
  'cockatiel, full': cockatielFull,
};

const work = works[process.argv[2] ?? '']?.();
if (work === undefined) throw new Error(`no such work: ${process.argv[2]}`);

serveRounds(async (ms) => {
  const ns = await timeBatches(work, ms);
  return { ns, kept: kept === undefined ? 0 : 1 };
});
