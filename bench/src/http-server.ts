import { hasWrk, wrk } from './load/wrk.ts';
import { compare, cpuBetween, type Throughput, throughputOf } from './pairs.ts';
import { inPasses, interleave } from './rounds.ts';
import type { Subject } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const servers = {
  fairlead: { script: 'servers/fairlead-http', title: 'ours' },
  plain: { script: 'servers/node-http', title: 'node:http' },
  again: { script: 'servers/node-http', title: 'node:http again' },
  onExpress: { script: 'servers/fairlead-express', title: 'ours on Express' },
  express: { script: 'servers/express', title: 'Express' },
  expressAgain: { script: 'servers/express', title: 'Express again' },
} as const;

type Name = keyof typeof servers;
// Sound, both: the object above has no other keys.
const names = Object.keys(servers) as readonly Name[];
const titles = Object.fromEntries(names.map((name) => [name, servers[name].title])) as Record<
  Name,
  string
>;

/** Our handler with five layers, on `node:http` and on Express, against the same work without us. */
export const httpServerSubject: Subject = async ({
  node,
  passes,
  rounds,
  roundMs,
  warmUpMs,
  useWrk,
}) => {
  const load = useWrk && hasWrk() ? 'wrk' : 'sockets of our own';
  const samples = await inPasses(passes, async () => {
    await using workers = await startWorkers(names, (name) => [
      servers[name].script,
      { node, cpu: 'subject' },
    ]);
    await using loads = await startWorkers(names, (name) => {
      const args = [workers.get(name).port];
      return ['load/sockets', { node: process.execPath, cpu: 'other', args }];
    });

    async function measure(name: Name, ms: number): Promise<Throughput> {
      const server = workers.get(name);
      const before = await server.measure(0);
      const counted = await (load === 'wrk' ? wrk(server.port, ms) : loads.get(name).measure(ms));
      return throughputOf(counted, cpuBetween(before, await server.measure(0)));
    }

    for (const name of names) await measure(name, warmUpMs);
    return await interleave(names, rounds, (name) => measure(name, roundMs));
  });
  const lines = compare(titles, samples, [
    { of: 'fairlead', to: 'plain', goal: { atLeast: 0.95 } },
    { of: 'again', to: 'plain' },
    { of: 'onExpress', to: 'express', goal: { atLeast: 0.97 } },
    { of: 'expressAgain', to: 'express' },
  ]);
  return [{ title: `An HTTP server, load by ${load}`, lines }];
};
