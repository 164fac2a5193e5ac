import { areas } from './callgrind/areas.ts';
import { countAll } from './callgrind/count-all.ts';
import type { Counts, Program } from './callgrind/count-calls.ts';
import { hasCallgrind } from './callgrind/counted-worker.ts';
import { oneByOne } from './clients/call-in-parallel.ts';
import { type Line, line } from './result.ts';
import { differences, ratios } from './spread.ts';
import type { Subject, Table } from './subject.ts';

const http = { load: 'counted/http-load', warmUpCalls: 20_000, calls: 2000 } as const;
/** V8 compiles the layers of production anew for a while. */
const production = { script: 'servers/production', ...http, warmUpCalls: 60_000 } as const;
const grpc = { load: 'counted/grpc-load', warmUpCalls: 10_000, calls: 1000 } as const;
const httpClient = {
  server: 'servers/canned-http',
  args: [oneByOne],
  warmUpCalls: 20_000,
  calls: 2000,
} as const;
const call = { script: 'counted/calls', warmUpCalls: 100_000, calls: 50_000 } as const;

/** The very programs that other subjects time, and calls within a process. */
const programs = {
  http: { script: 'servers/fairlead-http', ...http },
  plainHttp: { script: 'servers/node-http', ...http },
  quiet: { args: ['quiet'], ...production },
  line: { args: ['line'], ...production },
  unwatched: { script: 'servers/log', args: ['bare'], ...http },
  metrics: { script: 'servers/metrics', args: ['middleware'], ...http },
  promClient: { script: 'servers/metrics', args: ['prom-client'], ...http },
  log: { script: 'servers/log', args: ['json'], ...http },
  pinoHttp: { script: 'servers/log', args: ['pino-http'], ...http },
  untraced: { script: 'servers/tracing', args: ['no SDK'], ...http },
  traced: { script: 'servers/tracing', args: ['sampled in'], ...http },
  instrumented: { script: 'servers/tracing', args: ['auto, sampled in'], ...http },
  grpc: { script: 'servers/fairlead-grpc', ...grpc },
  plainGrpc: { script: 'servers/grpc-js', ...grpc },
  httpClient: { script: 'clients/fairlead-http', ...httpClient },
  balancedClient: { script: 'clients/fairlead-balanced', ...httpClient },
  plainHttpClient: { script: 'clients/node-http', ...httpClient },
  bare: { args: ['bare'], ...call },
  chain: { args: ['chain'], ...call },
  byHand: { args: ['by hand'], ...call },
  circuitBreaker: { args: ['circuitBreaker'], ...call },
  tokenBucket: { args: ['tokenBucket'], ...call },
  balanced: { args: ['balanced'], ...call },
  retried: { args: ['balanced, retry'], ...call },
} as const satisfies Record<string, Program>;

type Name = keyof typeof programs;

/** How many instructions a call takes, which does not depend on what else the machine does. */
export const instructionsSubject: Subject = async (run) => {
  if (!hasCallgrind()) {
    process.stderr.write(
      'no instructions are counted: install valgrind (apt-get install valgrind), and run this again\n',
    );
    return [];
  }
  return tablesOf(await countAll(programs, run));
};

/** What a server that is watched is compared with. */
const watched = [
  ['ours, redMetrics ÷ ours', 'metrics', 'unwatched'],
  ['ours, prom-client by hand ÷ ours', 'promClient', 'unwatched'],
  ['ours, traced, no SDK ÷ ours', 'untraced', 'unwatched'],
  ['ours, traced, sampled in ÷ ours', 'traced', 'unwatched'],
  ['node:http, instrumentation-http, sampled in ÷ node:http', 'instrumented', 'plainHttp'],
  ['ours, accessLog as JSON ÷ ours', 'log', 'unwatched'],
  ['node:http, pino-http ÷ node:http', 'pinoHttp', 'plainHttp'],
] as const satisfies readonly (readonly [title: string, of: Name, to: Name])[];

function tablesOf(counts: Readonly<Record<Name, readonly Counts[]>>): Table[] {
  const perCall = (name: Name): number[] => counts[name].flatMap((one) => one.perCall);
  const ratio = (title: string, of: Name, to: Name): Line =>
    line(title, '×', ratios(perCall(of), perCall(to)));
  const compared = (title: string, of: Name, to: Name): Line[] => [
    ratio(`ours ÷ ${title}`, of, to),
    line('ours', 'instructions', perCall(of)),
    ...areaLines(counts[of]),
    line(title, 'instructions', perCall(to)),
    ...areaLines(counts[to]),
  ];
  const added = (by: string, name: Name): Line =>
    line(`added by ${by}`, 'instructions', differences(perCall(name), perCall('bare')));
  return [
    {
      title: 'Instructions of an HTTP server for a call',
      lines: compared('node:http', 'http', 'plainHttp'),
    },
    {
      title: 'Instructions of a server in production for a call',
      lines: [
        ratio('all of it ÷ node:http', 'quiet', 'plainHttp'),
        ratio('all of it and a line ÷ node:http', 'line', 'plainHttp'),
        line('all of it', 'instructions', perCall('quiet')),
        ...areaLines(counts.quiet),
        line('all of it and a line', 'instructions', perCall('line')),
        ...areaLines(counts.line),
      ],
    },
    {
      title: 'Instructions of an HTTP server that is watched, for a call',
      lines: [
        ...watched.map(([title, of, to]) => ratio(title, of, to)),
        line('ours', 'instructions', perCall('unwatched')),
        line('node:http', 'instructions', perCall('plainHttp')),
      ],
    },
    {
      title: 'Instructions of a gRPC server for a call',
      lines: compared('grpc-js', 'grpc', 'plainGrpc'),
    },
    {
      title: 'Instructions of an HTTP client for a call',
      lines: [
        ...compared('node:http', 'httpClient', 'plainHttpClient'),
        ratio(
          'ours, balanced, retried, a breaker ÷ node:http',
          'balancedClient',
          'plainHttpClient',
        ),
        line('ours, balanced, retried, a breaker', 'instructions', perCall('balancedClient')),
      ],
    },
    {
      title: 'Instructions of an awaited call',
      lines: [
        line('bare', 'instructions', perCall('bare')),
        added('five layers of chain', 'chain'),
        added('the same, nested by hand', 'byHand'),
        added('circuitBreaker', 'circuitBreaker'),
        added('tokenBucket', 'tokenBucket'),
        added('balanced', 'balanced'),
        added('balanced and retry', 'retried'),
      ],
    },
  ];
}

/** Where the instructions of a call were, process by process; areas without any are left out. */
function areaLines(counts: readonly Counts[]): Line[] {
  return areas
    .map((area) => ({ area, found: counts.map((one) => one.areas.get(area) ?? 0) }))
    .filter(({ found }) => found.some((instructions) => instructions > 0))
    .map(({ area, found }) => line(`  of it in ${area}`, 'instructions', found));
}
