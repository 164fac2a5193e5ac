import { parseArgs } from 'node:util';

/** How callers find the instances: through a registry, or behind a balancer of connections. */
export const ways = ['registry', 'balancer'] as const;
export type Way = (typeof ways)[number];

/** One run. */
export interface RollingOptions {
  readonly ways: readonly Way[];
  readonly instances: number;
  /** How often every instance is replaced. */
  readonly rounds: number;
  /** Calls in each second, of all loads together, for each way. */
  readonly rate: number;
  /** Whether instances drain. Without, calls fail: the proof can fail. */
  readonly drains: boolean;
  /** Whether the last line is the report as JSON. */
  readonly json: boolean;
}

/** Reads a command line; throws with what is wrong with it. */
export function parseRollingOptions(args: readonly string[]): RollingOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      way: { type: 'string', default: 'both' },
      instances: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '10' },
      rate: { type: 'string', default: '120' },
      'no-drain': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const chosen = ways.filter((way) => values.way === 'both' || values.way === way);
  if (chosen.length === 0)
    throw new Error(`--way must be registry, balancer or both, but is ${values.way}`);
  return {
    ways: chosen,
    instances: within('instances', values.instances, 2, 20),
    rounds: within('rounds', values.rounds, 1, 1000),
    rate: within('rate', values.rate, 6, 6000),
    drains: !values['no-drain'],
    json: values.json,
  };
}

function within(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(
    `--${flag} must be a whole number from ${min} to ${max}, but is ${JSON.stringify(text)}`,
  );
}
