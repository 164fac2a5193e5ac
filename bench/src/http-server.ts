import { byName } from './by-name.ts';
import { loadHttpServers, loadOf } from './http-load.ts';
import { type HttpServerName, httpServerNames, httpServers } from './http-servers.ts';
import { compare, type Pair } from './pairs.ts';
import type { Line } from './result.ts';
import type { Subject, SubjectRun } from './subject.ts';

const rivals = httpServerNames.slice(httpServerNames.indexOf('fastify'));
/** Those that are measured with longer messages too. */
const leaders = ['fairlead', 'plain', 'again', 'fastify', 'fastifySchema', 'hono'] as const;

/** Our handler with five layers, on every host, against the same work without us and in what others take. */
export const httpServerSubject: Subject = async (run) => [
  {
    title: `An HTTP server, load by ${loadOf(run)}`,
    lines: await measureServers(run, httpServerNames, 0, [
      { of: 'fairlead', to: 'plain', goal: { atLeast: 0.95 } },
      { of: 'again', to: 'plain', isAgain: true },
      ...rivals.map((of) => ({ of, to: 'plain' as const })),
      { of: 'behindFetch', to: 'plain' },
      { of: 'onExpress', to: 'express', goal: { atLeast: 0.97 } },
      { of: 'expressAgain', to: 'express', isAgain: true },
      { of: 'express', to: 'plain' },
    ]),
  },
  await withMessagesOf(run, 1024, '1 KB'),
  await withMessagesOf(run, 65_536, '64 KB'),
];

async function withMessagesOf(run: SubjectRun, bytes: number, size: string) {
  const lines = await measureServers(run, leaders, bytes, [
    { of: 'fairlead', to: 'plain' },
    { of: 'again', to: 'plain', isAgain: true },
    { of: 'fastify', to: 'plain' },
    { of: 'fastifySchema', to: 'plain' },
    { of: 'hono', to: 'plain' },
  ]);
  return { title: `An HTTP server, messages of ${size} both ways`, lines };
}

async function measureServers<Some extends HttpServerName>(
  run: SubjectRun,
  some: readonly Some[],
  bytes: number,
  pairs: readonly Pair<Some>[],
): Promise<Line[]> {
  const servers = byName(some, (name) => httpServers[name]);
  const titles = byName(some, (name) => httpServers[name].title);
  return compare(titles, await loadHttpServers(servers, run, bytes), pairs, run);
}
