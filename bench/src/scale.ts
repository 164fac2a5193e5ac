import { httpServers } from './http-servers.ts';
import { cpuBetween, type Throughput, throughputOf } from './pairs.ts';
import { linearAxis, logAxis, type Plot } from './plot.ts';
import { line } from './result.ts';
import { inPasses, interleave } from './rounds.ts';
import { median, ratios } from './spread.ts';
import type { Subject, SubjectRun } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const counts = [1, 10, 100, 1000, 10_000] as const;
const servers = ['fairlead', 'plain'] as const;

type Server = (typeof servers)[number];
type Name = `${Server} ${(typeof counts)[number]}`;
const names = servers.flatMap((server) => counts.map((count): Name => `${server} ${count}`));

/** What a call costs a server that has one connection, and one that has ten thousand, all of them busy. */
export const scaleSubject: Subject = async (run) => {
  const samples = await measure(run);
  const cpu = (server: Server, count: (typeof counts)[number]): number[] =>
    samples[`${server} ${count}`].map(({ cpuUsPerCall }) => cpuUsPerCall);
  const lines = [
    ...counts.map((count) => {
      const what = `ours ÷ node:http, ${count} connections: calls per CPU second`;
      return line(what, '×', ratios(cpu('plain', count), cpu('fairlead', count)));
    }),
    ...servers.flatMap((server) =>
      counts.map((count) => {
        const what = `${httpServers[server].title}, ${count} connections: CPU per call`;
        return line(what, 'µs', cpu(server, count));
      }),
    ),
  ];
  const series = servers.map((server) => ({
    name: httpServers[server].title,
    points: counts.map((count) => [count, median(cpu(server, count))] as const),
  }));
  const most = Math.max(...series.flatMap(({ points }) => points.map(([, us]) => us)));
  const plot: Plot = {
    name: 'connections',
    title: 'A call of an HTTP server with many connections',
    x: logAxis('busy connections', 1, 10_000, counts),
    y: linearAxis(
      'µs of CPU',
      0,
      most,
      [0.25, 0.5, 0.75, 1].map((share) => Math.round(share * most)),
    ),
    series,
  };
  return [{ title: 'An HTTP server, from 1 to 10 000 connections', lines, plots: [plot] }];
};

function measure(run: SubjectRun): Promise<Record<Name, Throughput[]>> {
  const { node, passes, rounds, roundMs, warmUpMs } = run;
  return inPasses(passes, async () => {
    await using workers = await startWorkers(servers, (server) => [
      httpServers[server].script,
      { node, cpu: 'subject' },
    ]);
    const serverOf = (name: Name) => workers.get(name.startsWith('plain') ? 'plain' : 'fairlead');
    await using loads = await startWorkers(names, (name) => {
      const [, count = ''] = name.split(' ');
      const args = [serverOf(name).port, '/sum', 0, count];
      return ['load/sockets', { node: process.execPath, cpu: 'other', args }];
    });

    async function once(name: Name, ms: number): Promise<Throughput> {
      const before = await serverOf(name).measure(0);
      const counted = await loads.get(name).measure(ms);
      return throughputOf(counted, cpuBetween(before, await serverOf(name).measure(0)));
    }

    for (const name of names) await once(name, warmUpMs);
    return await interleave(names, rounds, (name) => once(name, roundMs));
  });
}
