// `npm run chaos` does harm to real processes while they are called, and says what the callers noticed.
import { createContext } from '@fairlead/endpoint';
import { overload } from '../overload/main.ts';
import { parseChaosOptions } from './options.ts';
import { renderPicture } from './picture.ts';
import { createProgress } from './progress.ts';
import { renderReport, summarise } from './report.ts';
import { runChaos } from './run.ts';
import { scenarios } from './scenarios.ts';

const exitInterrupted = 130;
const widest = 100;
const margin = 10;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  // It has one server and no registry, so flags of its own.
  if (/--scenario[= ]overload\b/.test(args.join(' '))) return await overload(args);
  const options = parseChaosOptions(args);
  const { scenario, registry, transport, instances, rate, seconds } = options;
  using ctx = createContext();
  const stopping = ctx.withCancel();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopping.cancel());

  console.log(`${scenario}: ${scenarios[scenario].says}`);
  console.log(
    `${instances} instances over ${transport}, found in ${registry}; ${rate} calls/s for ${seconds} s\n`,
  );
  using progress = createProgress(process.stderr, options);
  const findings = await runChaos(options, progress, stopping);
  progress[Symbol.dispose]();
  if (findings === undefined) {
    console.log('interrupted; everything that was started has ended');
    // Calls that wait for an instance still would keep the process for some seconds.
    process.exit(exitInterrupted);
  }
  const report = summarise(options, findings);
  const width = Math.min(process.stdout.columns ?? 80, widest) - margin;
  console.log(`${renderPicture(findings.samples, { seconds, harm: findings.harm, width })}\n`);
  console.log(renderReport(report));
  if (options.json) console.log(JSON.stringify(report));
  if (!report.ok) process.exitCode = 1;
}

await main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
