import { parseArgs } from 'node:util';
import type { SubjectRun } from './subject.ts';

/** What can be measured, in the order in which it is. */
export const subjectNames = [
  'chain',
  'swappable',
  'context',
  'routes',
  'discovery',
  'lb',
  'breaker',
  'ratelimit',
  'concurrency',
  'http-server',
  'production',
  'scale',
  'http-client',
  'grpc',
  'tracing',
  'startup',
  'types',
  'metrics',
  'log',
  'instructions',
] as const;
export type SubjectName = (typeof subjectNames)[number];

/** What protects a call. */
const policies: readonly SubjectName[] = ['breaker', 'ratelimit', 'concurrency'];

/** How the command was called. */
export interface BenchOptions {
  readonly subjects: readonly SubjectName[];
  /** The programs of Node that are measured. */
  readonly nodes: readonly string[];
  readonly effort: Omit<SubjectRun, 'node'>;
  readonly quick: boolean;
  readonly json: boolean;
}

const usage: string = `npm run bench -- [options]
  --only NAME    one of ${subjectNames.join(', ')}, a word of it, or policies; may be given more than once
  --quick        short rounds, for a first look: noisy, and the README is left as it is
  --json         the result as JSON on stdout, each round's figures included
  --wrk          loads the HTTP servers with wrk, in rounds of a second
  --node PATH    measures a second Node too (also: NODE24=PATH)
  --rounds N     how many rounds a pass has; at least 5`;

/** Reads the command line; throws, with the usage, what is wrong with it. */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): BenchOptions {
  const { only, quick, json, wrk, node, rounds } = parse(argv);
  const unknown = only.find((name) => !subjectNames.some((subject) => isNamed(subject, name)));
  if (unknown !== undefined) throw new Error(`there is no ${unknown} to measure\n\n${usage}`);
  const count = Number(rounds ?? (quick ? 5 : 11));
  if (!Number.isInteger(count) || count < 5)
    throw new Error(`--rounds must be at least 5\n\n${usage}`);
  const second = node ?? env['NODE24'];
  return {
    subjects:
      only.length === 0
        ? subjectNames
        : subjectNames.filter((subject) => only.some((name) => isNamed(subject, name))),
    nodes: second === undefined ? [process.execPath] : [process.execPath, second],
    effort: quick
      ? { passes: 1, rounds: count, roundMs: 100, warmUpMs: 250, useWrk: wrk }
      : { passes: 3, rounds: count, roundMs: 250, warmUpMs: 1500, useWrk: wrk },
    quick,
    json,
  };
}

/** The command as anyone can type it again: not with where this machine has its second Node. */
export function shownCommand(argv: readonly string[]): string {
  const shown = argv.map((word, at) => {
    if (argv[at - 1] === '--node') return '"$NODE24"';
    return word.startsWith('--node=') ? '--node "$NODE24"' : word;
  });
  return ['npm run bench', ...(shown.length > 0 ? ['--'] : []), ...shown].join(' ');
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        quick: { type: 'boolean', default: false },
        wrk: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        node: { type: 'string' },
        rounds: { type: 'string' },
      },
    });
    return values;
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`, {
      cause,
    });
  }
}

/** By its whole name, a word of it, or that of its group: `http` names `http-server` and `http-client`. */
function isNamed(subject: SubjectName, name: string): boolean {
  return (
    subject === name ||
    subject.split('-').includes(name) ||
    (name === 'policies' && policies.includes(subject))
  );
}
