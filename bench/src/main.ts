import { execFileSync } from 'node:child_process';
import { breakerSubject } from './breaker.ts';
import { chainSubject } from './chain.ts';
import { concurrencySubject } from './concurrency.ts';
import { contextSubject } from './context.ts';
import { discoverySubject } from './discovery.ts';
import { grpcSubject } from './grpc.ts';
import { httpClientSubject } from './http-client.ts';
import { httpServerSubject } from './http-server.ts';
import { instructionsSubject } from './instructions.ts';
import { lbSubject } from './lb.ts';
import { logSubject } from './log.ts';
import { describeMachine, machine } from './machine.ts';
import { metricsSubject } from './metrics.ts';
import { type BenchOptions, readOptions, type SubjectName } from './options.ts';
import { productionSubject } from './production.ts';
import { ratelimitSubject } from './ratelimit.ts';
import { writeReadme } from './readme.ts';
import { renderSection } from './report.ts';
import type { Section } from './result.ts';
import { installRivals } from './rivals.ts';
import { routesSubject } from './routes.ts';
import { scaleSubject } from './scale.ts';
import { startupSubject } from './startup.ts';
import type { Subject } from './subject.ts';
import { swappableSubject } from './swappable.ts';
import { tracingSubject } from './tracing.ts';
import { typesSubject } from './types.ts';

const subjects: Readonly<Record<SubjectName, Subject>> = {
  chain: chainSubject,
  swappable: swappableSubject,
  context: contextSubject,
  routes: routesSubject,
  discovery: discoverySubject,
  lb: lbSubject,
  breaker: breakerSubject,
  ratelimit: ratelimitSubject,
  concurrency: concurrencySubject,
  'http-server': httpServerSubject,
  production: productionSubject,
  scale: scaleSubject,
  'http-client': httpClientSubject,
  grpc: grpcSubject,
  tracing: tracingSubject,
  startup: startupSubject,
  types: typesSubject,
  metrics: metricsSubject,
  log: logSubject,
  instructions: instructionsSubject,
};

async function main(options: BenchOptions): Promise<void> {
  const { nodes, effort, quick, json } = options;
  const { passes, rounds, roundMs } = effort;
  const here = machine();
  const say = (text: string): void => void process.stderr.write(text);
  say(
    `${describeMachine(here)}\n${passes} × ${rounds} rounds of ${roundMs} ms${quick ? ': quick, so noisy' : ''}\n`,
  );

  installRivals(options.subjects);
  const all: Section[] = [];
  for (const name of options.subjects) {
    const found: Section[] = [];
    for (const node of nodes) {
      say(`\nmeasuring ${name} …\n`);
      const version = versionOf(node);
      const results = await subjects[name]({ node, ...effort });
      const sections = results.map((result) => ({ subject: name, node: version, ...result }));
      if (!json)
        for (const section of sections) process.stdout.write(`\n${renderSection(section)}\n`);
      found.push(...sections);
    }
    // What could not be measured here keeps the table that it has.
    if (!quick && found.length > 0) await writeReadme(name, found, here);
    all.push(...found);
  }
  if (json)
    process.stdout.write(`${JSON.stringify({ machine: here, effort, quick, sections: all })}\n`);
}

/** The version of a program of Node. */
function versionOf(node: string): string {
  return execFileSync(node, ['--print', 'process.versions.node'], { encoding: 'utf8' }).trim();
}

try {
  await main(readOptions(process.argv.slice(2), process.env));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
