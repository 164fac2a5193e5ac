import { namesOf } from './by-name.ts';
import { areas } from './callgrind/areas.ts';
import { type Counts, countCalls, type Program } from './callgrind/count-calls.ts';
import { hasCallgrind } from './callgrind/counted-worker.ts';
import { oneByOne } from './clients/call-in-parallel.ts';
import { type Line, line } from './result.ts';
import { differences, ratios } from './spread.ts';
import type { Subject, SubjectRun } from './subject.ts';

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

const programs = {
  http: { script: 'servers/fairlead-http', ...http },
  plainHttp: { script: 'servers/node-http', ...http },
  quiet: { args: ['quiet'], ...production },
  line: { args: ['line'], ...production },
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
const names = namesOf(programs);

/** How many instructions a call takes, which does not depend on what else the machine does. */
export const instructionsSubject: Subject = async (run) => {
  if (!hasCallgrind()) {
    process.stderr.write(
      'no instructions are counted: install valgrind (apt-get install valgrind), and run this again\n',
    );
    return [];
  }
  const counts = await countAll(run);
  const perCall = (name: Name): number[] => counts[name].flatMap((one) => one.perCall);
  const compared = (title: string, of: Name, to: Name): Line[] => [
    line(`ours ÷ ${title}`, '×', ratios(perCall(of), perCall(to))),
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
        line('all of it ÷ node:http', '×', ratios(perCall('quiet'), perCall('plainHttp'))),
        line(
          'all of it and a line ÷ node:http',
          '×',
          ratios(perCall('line'), perCall('plainHttp')),
        ),
        line('all of it', 'instructions', perCall('quiet')),
        ...areaLines(counts.quiet),
        line('all of it and a line', 'instructions', perCall('line')),
        ...areaLines(counts.line),
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
        line(
          'ours, balanced, retried, a breaker ÷ node:http',
          '×',
          ratios(perCall('balancedClient'), perCall('plainHttpClient')),
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
};

/** Where the instructions of a call were, process by process; areas without any are left out. */
function areaLines(counts: readonly Counts[]): Line[] {
  return areas
    .map((area) => ({ area, found: counts.map((one) => one.areas.get(area) ?? 0) }))
    .filter(({ found }) => found.some((instructions) => instructions > 0))
    .map(({ area, found }) => line(`  of it in ${area}`, 'instructions', found));
}

/** Counts two programs at a time, one on each CPU: they do not see each other. */
async function countAll({ node, passes }: SubjectRun): Promise<Record<Name, Counts[]>> {
  // Sound: `names` has every name of the type.
  const counts = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    Counts[]
  >;
  // A second process shows whether it counts the same; a third would show nothing more.
  const waiting = passes === 1 ? [...names] : [...names, ...names];

  async function lane(cpu: 'subject' | 'other'): Promise<void> {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      counts[name].push(await countCalls(programs[name], { node, cpu }));
  }

  await Promise.all([lane('subject'), lane('other')]);
  return counts;
}
