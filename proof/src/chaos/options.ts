import { parseArgs } from 'node:util';

/** The registries that instances are found in; `memory` is a directory, as instances are processes. */
export const registries = ['memory', 'consul', 'etcd'] as const;
export const transports = ['http', 'grpc'] as const;
/** The harms that can be done: see `scenarios.ts`. */
export const scenarioNames = [
  'kill',
  'slow',
  'grey',
  'rolling',
  'registry-down',
  'registry-empty',
  'scale',
] as const;

export type RegistryKind = (typeof registries)[number];
export type Transport = (typeof transports)[number];
export type ScenarioName = (typeof scenarioNames)[number];

/** One run. */
export interface ChaosOptions {
  readonly registry: RegistryKind;
  readonly transport: Transport;
  readonly scenario: ScenarioName;
  /** How many there are at the start. */
  readonly instances: number;
  /** Calls in each second. */
  readonly rate: number;
  readonly seconds: number;
  /** Whether the last line is the report as JSON. */
  readonly json: boolean;
}

/** What the command is to do. */
export interface ChaosCommand {
  /** One, or with `--all` one for each registry, transport and scenario that the flags leave open. */
  readonly runs: readonly ChaosOptions[];
  /** Whether it is `--all`: then a table follows. */
  readonly all: boolean;
  /** Whether the table goes into the documents. */
  readonly write: boolean;
}

/** How long each of many runs takes: three seconds before the harm, three of it, three after it. */
const shortSeconds = '9';

/** Reads a command line; throws with what is wrong with it. */
export function parseChaosCommand(args: readonly string[]): ChaosCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      registry: { type: 'string' },
      transport: { type: 'string' },
      scenario: { type: 'string' },
      instances: { type: 'string', default: '3' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string' },
      json: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const { all, write, json } = values;
  if (write && !all) throw new Error('--write is for the table of --all');
  const load = {
    instances: within('instances', values.instances, 2, 20),
    rate: within('rate', values.rate, 1, 5000),
    seconds: within('seconds', values.seconds ?? (all ? shortSeconds : '20'), 3, 3600),
    json,
  };
  const runs = chosen('scenario', scenarioNames, values.scenario, all ? undefined : 'kill').flatMap(
    (scenario) =>
      chosen('registry', registries, values.registry, all ? undefined : 'memory').flatMap(
        (registry) =>
          chosen('transport', transports, values.transport, all ? undefined : 'http').map(
            (transport): ChaosOptions => ({ scenario, registry, transport, ...load }),
          ),
      ),
  );
  return { runs, all, write };
}

/** The one that a flag names, or its default; all where it has none. */
function chosen<Name extends string>(
  flag: string,
  names: readonly Name[],
  text: string | undefined,
  byDefault: Name | undefined,
): readonly Name[] {
  if (text !== undefined) return [oneOf(flag, names, text)];
  return byDefault === undefined ? names : [byDefault];
}

function oneOf<Name extends string>(flag: string, names: readonly Name[], text: string): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new Error(`--${flag} must be one of ${names.join(', ')}, but is ${JSON.stringify(text)}`);
}

function within(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(
    `--${flag} must be a whole number from ${min} to ${max}, but is ${JSON.stringify(text)}`,
  );
}
