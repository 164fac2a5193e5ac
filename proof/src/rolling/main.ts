// `npm run rolling` replaces every instance of a service again and again while it is called, and counts what fails.
import { createContext } from '@fairlead/endpoint';
import { parseRollingOptions } from './options.ts';
import { renderReport, summarise } from './report.ts';
import { runRolling } from './run.ts';

async function main(): Promise<void> {
  const options = parseRollingOptions(process.argv.slice(2));
  using ctx = createContext();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ctx.cancel());
  const { instances, rounds, rate, drains } = options;
  console.log(
    `${rounds} rounds, in each of which all ${instances} instances are replaced, one after the other`,
  );
  console.log(
    `${rate} calls/s for each way to find them, and no retries${drains ? '' : '; nobody drains'}\n`,
  );
  const results = await runRolling(options, (what) => void process.stderr.write(`${what}\n`), ctx);
  const report = summarise(options, results);
  console.log(renderReport(report));
  if (options.json) console.log(JSON.stringify(report));
  if (!report.ok || ctx.error !== undefined) process.exitCode = 1;
}

await main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
