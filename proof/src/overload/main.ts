// `npm run chaos -- --scenario overload`: a server gets five times what it can do.
import { createContext } from '@fairlead/endpoint';
import { parseOverloadOptions } from './options.ts';
import { renderReport } from './report.ts';
import { runOverload } from './run.ts';

const exitInterrupted = 130;

/** Runs the scenario; the arguments are those of the command line. */
export async function overload(args: readonly string[]): Promise<void> {
  const options = parseOverloadOptions(args);
  // grpc-js takes a stack for every call: the load would cost more than the server.
  Error.stackTraceLimit = 0;
  using ctx = createContext();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ctx.cancel());
  const { transport, work, protection, seconds } = options;
  console.log('overload: a server that can do 200 calls a second gets 1000');
  console.log(
    `it ${work}s, over ${transport}, protected by ${protection}; ${seconds} s each phase\n`,
  );
  const report = await runOverload(options, (what) => process.stderr.write(`${what}\n`), ctx);
  if (report === undefined) {
    console.log('interrupted; everything that was started has ended');
    process.exitCode = exitInterrupted;
    return;
  }
  console.log(renderReport(report));
  if (options.json) console.log(JSON.stringify({ ...options, ...report }));
  if (!report.ok) process.exitCode = 1;
}
