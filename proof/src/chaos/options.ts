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

/** Reads a command line; throws with what is wrong with it. */
export function parseChaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      registry: { type: 'string', default: 'memory' },
      transport: { type: 'string', default: 'http' },
      scenario: { type: 'string', default: 'kill' },
      instances: { type: 'string', default: '3' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    registry: oneOf('registry', registries, values.registry),
    transport: oneOf('transport', transports, values.transport),
    scenario: oneOf('scenario', scenarioNames, values.scenario),
    instances: within('instances', values.instances, 2, 20),
    rate: within('rate', values.rate, 1, 5000),
    seconds: within('seconds', values.seconds, 3, 3600),
    json: values.json,
  };
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
