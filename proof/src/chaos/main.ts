// `npm run chaos` does harm to real processes while they are called, and says what the callers noticed.
import { type Context, createContext } from '@fairlead/endpoint';
import { type ChaosOptions, parseChaosCommand } from './options.ts';
import { renderPicture } from './picture.ts';
import { createProgress } from './progress.ts';
import { type Report, renderReport, summarise } from './report.ts';
import { renderResults, writeResults } from './results.ts';
import { runChaos } from './run.ts';
import { scenarios } from './scenarios.ts';

const exitInterrupted = 130;
const widest = 100;
const margin = 10;

async function main(): Promise<void> {
  const { runs, all, write } = parseChaosCommand(process.argv.slice(2));
  using ctx = createContext();
  const stopping = ctx.withCancel();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopping.cancel());

  const reports: Report[] = [];
  for (const options of runs) {
    const report = await show(options, stopping);
    if (report === undefined) {
      console.log('interrupted; everything that was started has ended');
      // Calls that wait for an instance still would keep the process for some seconds.
      process.exit(exitInterrupted);
    }
    reports.push(report);
    if (!report.ok) process.exitCode = 1;
  }
  if (all) console.log(`\n${renderResults(reports)}`);
  if (write) await writeResults(reports);
}

/** Runs one scenario and prints what came of it; undefined where it was interrupted. */
async function show(options: ChaosOptions, ctx: Context): Promise<Report | undefined> {
  const { scenario, registry, transport, instances, rate, seconds } = options;
  console.log(`${scenario}: ${scenarios[scenario].says}`);
  console.log(
    `${instances} instances over ${transport}, found in ${registry}; ${rate} calls/s for ${seconds} s\n`,
  );
  using progress = createProgress(process.stderr, options);
  const findings = await runChaos(options, progress, ctx);
  progress[Symbol.dispose]();
  if (findings === undefined) return undefined;
  const report = summarise(options, findings);
  const width = Math.min(process.stdout.columns ?? 80, widest) - margin;
  console.log(`${renderPicture(findings.samples, { seconds, harm: findings.harm, width })}\n`);
  console.log(`${renderReport(report)}\n`);
  if (options.json) console.log(JSON.stringify(report));
  return report;
}

await main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
