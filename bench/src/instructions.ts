import { hasCallgrind, startCounted } from './callgrind.ts';
import { type Line, line } from './result.ts';
import { differences, ratios } from './spread.ts';
import type { Subject, SubjectRun } from './subject.ts';
import { startWorker } from './worker-process.ts';

/** A program whose calls are counted: by itself, or by a load in another process that makes them. */
interface Program {
  readonly script: string;
  readonly args?: readonly string[];
  readonly load?: string;
  /** So many until V8 has compiled what it will. */
  readonly warmUpCalls: number;
  /** So many in each round, of which the collections of garbage are a share. */
  readonly calls: number;
}

const http = { load: 'counted/http-load', warmUpCalls: 10_000, calls: 2000 } as const;
const grpc = { load: 'counted/grpc-load', warmUpCalls: 6000, calls: 1000 } as const;
const call = { script: 'counted/calls', warmUpCalls: 100_000, calls: 50_000 } as const;

const programs = {
  http: { script: 'servers/fairlead-http', ...http },
  plainHttp: { script: 'servers/node-http', ...http },
  grpc: { script: 'servers/fairlead-grpc', ...grpc },
  plainGrpc: { script: 'servers/grpc-js', ...grpc },
  bare: { args: ['bare'], ...call },
  chain: { args: ['chain'], ...call },
  byHand: { args: ['by hand'], ...call },
  circuitBreaker: { args: ['circuitBreaker'], ...call },
  tokenBucket: { args: ['tokenBucket'], ...call },
  balanced: { args: ['balanced'], ...call },
  retried: { args: ['balanced, retry'], ...call },
} as const satisfies Record<string, Program>;

type Name = keyof typeof programs;
// Sound: the object above has no other keys.
const names = Object.keys(programs) as readonly Name[];
/** Of each process: they differ by what share of a collection of garbage falls on each. */
const rounds = 3;

/** How many instructions a call takes, which does not depend on what else the machine does. */
export const instructionsSubject: Subject = async (run) => {
  if (!hasCallgrind()) {
    process.stderr.write(
      'no instructions are counted: install valgrind (apt-get install valgrind), and run this again\n',
    );
    return [];
  }
  const counts = await countAll(run);
  const compared = (title: string, of: Name, to: Name): Line[] => [
    line(`ours ÷ ${title}`, '×', ratios(counts[of], counts[to])),
    line('ours', 'instructions', counts[of]),
    line(title, 'instructions', counts[to]),
  ];
  const added = (what: string, by: Name): Line =>
    line(`added by ${what}`, 'instructions', differences(counts[by], counts.bare));
  return [
    {
      title: 'Instructions of an HTTP server for a call',
      lines: compared('node:http', 'http', 'plainHttp'),
    },
    {
      title: 'Instructions of a gRPC server for a call',
      lines: compared('grpc-js', 'grpc', 'plainGrpc'),
    },
    {
      title: 'Instructions of an awaited call',
      lines: [
        line('bare', 'instructions', counts.bare),
        line(
          'five layers of chain ÷ the same, nested by hand',
          '×',
          ratios(counts.chain, counts.byHand),
        ),
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

/** Counts two programs at a time, one on each CPU: they do not see each other. */
async function countAll({ node, passes }: SubjectRun): Promise<Record<Name, number[]>> {
  // Sound: `names` has every name of the type.
  const counts = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  // A second process shows whether it counts the same; a third would show nothing more.
  const waiting = passes === 1 ? [...names] : [...names, ...names];

  async function lane(cpu: 'subject' | 'other'): Promise<void> {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      counts[name].push(...(await countOne(programs[name], node, cpu)));
  }

  await Promise.all([lane('subject'), lane('other')]);
  return counts;
}

async function countOne(
  { script, args = [], load, warmUpCalls, calls }: Program,
  node: string,
  cpu: 'subject' | 'other',
): Promise<number[]> {
  await using counted = await startCounted(script, { node, cpu, args });
  const { worker } = counted;
  const other =
    load === undefined
      ? undefined
      : await startWorker(load, { node: process.execPath, cpu, args: [worker.port] });
  const maker = other ?? worker;
  try {
    // In parts, so that the loop that makes the calls is compiled as well.
    for (let part = 0; part < 10; part++) await maker.measure(warmUpCalls / 10);
    // Switches the count on; what it finds is what it costs to begin.
    await counted.count(() => maker.measure(1));
    // To be told how many calls to make takes instructions too.
    const order = other !== undefined ? 0 : await counted.count(() => worker.measure(0));
    const found: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const all = await counted.count(() => maker.measure(calls));
      found.push((all - order) / calls);
    }
    return found;
  } finally {
    await other?.close();
  }
}
