import {
  type HttpServerName,
  httpServerNames,
  httpServers,
  pathOf,
  titlesOf,
} from './http-servers.ts';
import { hasWrk, wrk } from './load/wrk.ts';
import { compare, cpuBetween, type Pair, type Throughput, throughputOf } from './pairs.ts';
import type { Line } from './result.ts';
import { inPasses, interleave } from './rounds.ts';
import type { Subject, SubjectRun } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const rivals = httpServerNames.slice(httpServerNames.indexOf('fastify'));
/** Those that are measured with longer messages too. */
const leaders = ['fairlead', 'plain', 'again', 'fastify', 'fastifySchema', 'hono'] as const;

/** Our handler with five layers, on every host, against the same work without us and in what others take. */
export const httpServerSubject: Subject = async (run) => {
  const load = run.useWrk && hasWrk() ? 'wrk' : 'sockets of our own';
  return [
    {
      title: `An HTTP server, load by ${load}`,
      lines: await measureServers(run, httpServerNames, 0, [
        { of: 'fairlead', to: 'plain', goal: { atLeast: 0.95 } },
        { of: 'again', to: 'plain' },
        ...rivals.map((of) => ({ of, to: 'plain' as const })),
        { of: 'behindFetch', to: 'plain' },
        { of: 'onExpress', to: 'express', goal: { atLeast: 0.97 } },
        { of: 'expressAgain', to: 'express' },
        { of: 'express', to: 'plain' },
      ]),
    },
    await withMessagesOf(run, 1024, '1 KB'),
    await withMessagesOf(run, 65_536, '64 KB'),
  ];
};

async function withMessagesOf(run: SubjectRun, bytes: number, size: string) {
  const others = leaders.filter((name) => name !== 'plain');
  const pairs = others.map((of) => ({ of, to: 'plain' as const }));
  const lines = await measureServers({ ...run, useWrk: false }, leaders, bytes, pairs);
  return { title: `An HTTP server, messages of ${size} both ways`, lines };
}

async function measureServers<Some extends HttpServerName>(
  { node, passes, rounds, roundMs, warmUpMs, useWrk }: SubjectRun,
  some: readonly Some[],
  bytes: number,
  pairs: readonly Pair<Some>[],
): Promise<Line[]> {
  const samples = await inPasses(passes, async () => {
    await using workers = await startWorkers(some, (name) => [
      httpServers[name].script,
      { node, cpu: 'subject' },
    ]);
    await using loads = await startWorkers(some, (name) => {
      const args = [workers.get(name).port, pathOf(name), bytes];
      return ['load/sockets', { node: process.execPath, cpu: 'other', args }];
    });

    async function measure(name: Some, ms: number): Promise<Throughput> {
      const server = workers.get(name);
      const before = await server.measure(0);
      const counted = await (useWrk && hasWrk()
        ? wrk(`http://127.0.0.1:${server.port}${pathOf(name)}`, ms)
        : loads.get(name).measure(ms));
      return throughputOf(counted, cpuBetween(before, await server.measure(0)));
    }

    for (const name of some) await measure(name, warmUpMs);
    return await interleave(some, rounds, (name) => measure(name, roundMs));
  });
  return compare(titlesOf(some), samples, pairs);
}
