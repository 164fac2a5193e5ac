import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Context, createContext } from '@fairlead/endpoint';
import { drive, type Sample } from '../chaos/load.ts';
import type { OverloadOptions } from './options.ts';
import { type OverloadReport, type PhaseName, phaseNames, phases, summarise } from './report.ts';
import type { Listening, ServerSetup } from './server.ts';
import { createWorkClient } from './service.ts';

const program = fileURLToPath(new URL('server.ts', import.meta.url));
/** Who has no answer by then does not wait for it any more. */
const patienceMs = 1000;
/** Before anything is counted: a program that has just started is slow for reasons of its own. */
const warmUp = { rate: 150, seconds: 2 };

/** Loads one server through the phases; undefined where the context ended before. Nothing is left of it either way. */
export async function runOverload(
  { transport, work, protection, seconds }: OverloadOptions,
  says: (what: string) => void,
  ctx: Context,
): Promise<OverloadReport | undefined> {
  const setup: ServerSetup = { transport, work, protection };
  const flags = ['--import=tsx', '--conditions=@fairlead/source'];
  const server = spawn(process.execPath, [...flags, program, JSON.stringify(setup)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(server, 'exit');
  try {
    // Its first message, and of no other type.
    const [{ address }] = (await once(server, 'message')) as [Listening];
    const client = createWorkClient(transport, address);
    const call = async (id: number): Promise<void> => {
      using limited = createContext({ timeoutMs: patienceMs });
      await client.work({ id }, limited);
    };
    says('warming up');
    await drive(call, warmUp, () => {}, ctx);
    const samples: Record<PhaseName, Sample[]> = {
      unloaded: [],
      full: [],
      overloaded: [],
      after: [],
    };
    for (const name of phaseNames) {
      says(name);
      const ended = (sample: Sample): void => void samples[name].push(sample);
      await drive(call, { rate: phases[name], seconds }, ended, ctx);
    }
    await client.close();
    return ctx.error === undefined ? summarise(samples, seconds) : undefined;
  } finally {
    server.kill('SIGKILL');
    await gone;
  }
}
