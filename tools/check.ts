// `npm run check`: everything but the tests. `npm run check types imports` runs only those.
import { availableParallelism } from 'node:os';
import { buildPackages } from './build-packages.ts';
import { importProblems } from './check-imports.ts';
import { manifestProblems } from './check-manifests.ts';
import { packageProblems } from './check-packages.ts';
import { type Run, runNode, tsc } from './run.ts';

interface Step {
  readonly name: string;
  readonly what: string;
  /** What is wrong, as readable text; empty when all is well. */
  readonly problems: () => Promise<string>;
}

interface Result {
  readonly step: Step;
  readonly problems: string;
  readonly seconds: number;
}

const build: Step = {
  name: 'build',
  what: 'the dist of every package',
  problems: () => buildPackages().then(() => ''),
};

/** After the build, because the linter reads the types of other packages from what is built. */
const others: readonly Step[] = [
  { name: 'lint', what: 'format and lint', problems: () => biome().then(outputOf) },
  {
    name: 'types',
    what: 'sources, tests, examples, tools',
    problems: () => tsc('--noEmit', '-p', '.').then(outputOf),
  },
  { name: 'imports', what: 'direction and cycles', problems: async () => lines(importProblems()) },
  {
    name: 'manifests',
    what: 'every package.json, README.md present',
    problems: async () => lines(manifestProblems()),
  },
  {
    name: 'packages',
    what: 'publint and attw on the tarballs',
    problems: () => packageProblems().then(lines),
  },
  {
    name: 'unused',
    what: 'dead code and dependencies',
    problems: () =>
      runNode('node_modules/knip/bin/knip.js', ['--no-progress', '--no-config-hints']).then(
        outputOf,
      ),
  },
];

function biome(): Promise<Run> {
  return runNode('node_modules/@biomejs/biome/bin/biome', [
    'ci',
    '--error-on-warnings',
    '--colors=off',
    '.',
  ]);
}

function outputOf({ ok, output }: Run): string {
  return ok ? '' : output.trim() || 'failed without a word';
}

function lines(problems: readonly string[]): string {
  return problems.join('\n');
}

async function finish(step: Step): Promise<Result> {
  const start = performance.now();
  const problems = await step.problems().catch((error: unknown) => String(error));
  return { step, problems, seconds: (performance.now() - start) / 1000 };
}

function report({ step: { name, what }, problems, seconds }: Result): void {
  const mark = problems === '' ? '✓' : '✗';
  console.log(`${mark} ${name.padEnd(10)} ${what.padEnd(40)} ${seconds.toFixed(1)} s`);
  if (problems !== '') console.log(`${problems.replace(/^/gm, '    ')}\n`);
}

/** Runs `steps` a few at a time and reports each in the order of the list. */
async function runAll(steps: readonly Step[]): Promise<Result[]> {
  const results: Promise<Result>[] = [];
  const running = new Set<Promise<unknown>>();
  let reported: Promise<unknown> = Promise.resolve();
  for (const step of steps) {
    if (running.size >= availableParallelism()) await Promise.race(running);
    const result = finish(step);
    results.push(result);
    running.add(result);
    reported = Promise.all([result, reported]).then(([finished]) => report(finished));
    void result.then(() => running.delete(result));
  }
  await reported;
  return Promise.all(results);
}

const wanted = process.argv.slice(2);
const all = [build, ...others];
const unknown = wanted.filter((name) => !all.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown}. There are: ${all.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const chosen = (step: Step) => wanted.length === 0 || wanted.includes(step.name);
const first = await runAll([build].filter(chosen));
const rest = await runAll(others.filter(chosen));
const failed = [...first, ...rest].filter(({ problems }) => problems !== '');
const names = failed.map(({ step }) => step.name).join(', ');
console.log(failed.length > 0 ? `\nfailed: ${names}` : '\nall checks passed');
process.exitCode = failed.length > 0 ? 1 : 0;
