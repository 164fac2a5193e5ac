import { parseArgs } from 'node:util';

/** How the server works: it waits, as for a database, or it computes. */
export const works = ['wait', 'compute'] as const;
/** What keeps it from being overloaded: `nothing` is there to show what that is like. */
export const protections = ['adaptive', 'nothing'] as const;
const transports = ['http', 'grpc'] as const;

/** One run. */
export interface OverloadOptions {
  readonly transport: (typeof transports)[number];
  readonly work: (typeof works)[number];
  readonly protection: (typeof protections)[number];
  /** How long each of the four phases lasts. */
  readonly seconds: number;
  /** Whether the last line is the report as JSON. */
  readonly json: boolean;
}

/** Reads a command line; throws with what is wrong with it. */
export function parseOverloadOptions(args: readonly string[]): OverloadOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string' },
      transport: { type: 'string', default: 'http' },
      work: { type: 'string', default: 'wait' },
      protection: { type: 'string', default: 'adaptive' },
      seconds: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
    },
  });
  const seconds = Number(values.seconds);
  if (!/^\d+$/.test(values.seconds) || seconds < 2 || seconds > 600) {
    throw new Error(
      `--seconds must be a whole number from 2 to 600, but is ${JSON.stringify(values.seconds)}`,
    );
  }
  return {
    transport: oneOf('transport', transports, values.transport),
    work: oneOf('work', works, values.work),
    protection: oneOf('protection', protections, values.protection),
    seconds,
    json: values.json,
  };
}

function oneOf<Name extends string>(flag: string, names: readonly Name[], text: string): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new Error(`--${flag} must be one of ${names.join(', ')}, but is ${JSON.stringify(text)}`);
}
