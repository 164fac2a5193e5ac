import { firstAnswer } from './first-answer.ts';
import { type HttpServerName, httpServerNames, httpServers, pathOf } from './http-servers.ts';
import { type Line, line } from './result.ts';
import { inPasses, interleave } from './rounds.ts';
import { ratios } from './spread.ts';
import type { Subject, SubjectRun } from './subject.ts';
import { startWorker } from './worker-process.ts';

type Name = Exclude<HttpServerName, 'again' | 'expressAgain'>;
const names = httpServerNames.filter(
  (name): name is Name => name !== 'again' && name !== 'expressAgain',
);
/** Of what `node:http` alone takes. */
const goal = { atMost: 1.3 };

/** How long a process takes to its first answer, and how much memory it has then and after many calls. */
export const startupSubject: Subject = async (run) => [
  { title: 'A process that starts', lines: await startLines(run) },
  { title: 'Its memory after 100 000 calls', lines: await memoryLines(run) },
];

async function startLines({ node, passes, rounds }: SubjectRun): Promise<Line[]> {
  const samples = await inPasses(passes, () =>
    interleave(names, rounds, async (name) => {
      const { script } = httpServers[name];
      await using started = await firstAnswer(script, { node, path: pathOf(name) });
      const { rssMb = Number.NaN } = await started.worker.measure(0);
      return { ms: started.ms, mb: rssMb };
    }),
  );
  const of = (name: Name, what: 'ms' | 'mb'): number[] =>
    samples[name].map((sample) => sample[what]);
  return (['ms', 'mb'] as const).flatMap((what) => {
    const title = what === 'ms' ? 'start to first answer' : 'memory at the first answer';
    return [
      line(
        `ours ÷ node:http: ${title}`,
        '×',
        ratios(of('fairlead', what), of('plain', what)),
        goal,
      ),
      ...names.map((name) =>
        line(`${httpServers[name].title}: ${title}`, what === 'ms' ? 'ms' : 'MB', of(name, what)),
      ),
    ];
  });
}

async function memoryLines({ node, passes, roundMs }: SubjectRun): Promise<Line[]> {
  // A first look has one pass, and no time for all of them.
  const calls = passes === 1 ? 2000 : 100_000;
  const lines: Line[] = [];
  for (const name of names) lines.push(line(httpServers[name].title, 'MB', [await loaded(name)]));
  return lines;

  async function loaded(name: Name): Promise<number> {
    const server = await startWorker(httpServers[name].script, { node, cpu: 'subject' });
    const args = [server.port, pathOf(name)];
    const load = await startWorker('load/sockets', { node: process.execPath, cpu: 'other', args });
    try {
      for (let made = 0; made < calls; ) made += (await load.measure(roundMs))['calls'] ?? calls;
      return (await server.measure(0))['rssMb'] ?? Number.NaN;
    } finally {
      await load.close();
      await server.close();
    }
  }
}
