import { compare, throughputOf } from './pairs.ts';
import { inPasses, interleave } from './rounds.ts';
import type { Subject } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const clients = {
  fairlead: { script: 'clients/fairlead-http', title: 'ours' },
  plain: { script: 'clients/node-http', title: 'node:http' },
  again: { script: 'clients/node-http', title: 'node:http again' },
  undici: { script: 'clients/undici', title: 'undici Pool.request' },
  balanced: { script: 'clients/fairlead-balanced', title: 'ours, balanced and retried' },
  fetch: { script: 'clients/fetch', title: 'fetch' },
  axios: { script: 'clients/axios.mjs', title: 'axios' },
  got: { script: 'clients/got.mjs', title: 'got' },
  ky: { script: 'clients/ky.mjs', title: 'ky' },
} as const;

type Name = keyof typeof clients;
// Sound: the object above has no other keys.
const names = Object.keys(clients) as readonly Name[];
const titles = Object.fromEntries(names.map((name) => [name, clients[name].title])) as Record<
  Name,
  string
>;

/** Our client against `node:http` with kept connections, undici and fetch, all with JSON both ways. */
export const httpClientSubject: Subject = async ({ node, passes, rounds, roundMs, warmUpMs }) => {
  const samples = await inPasses(passes, async () => {
    await using servers = await startWorkers(['canned'], () => [
      'servers/canned-http',
      { node: process.execPath, cpu: 'other' },
    ]);
    const args = [servers.get('canned').port];
    await using workers = await startWorkers(names, (name) => [
      clients[name].script,
      { node, cpu: 'subject', args },
    ]);
    await workers.warmUp(warmUpMs);
    return await interleave(names, rounds, async (name) =>
      throughputOf(await workers.get(name).measure(roundMs)),
    );
  });
  const lines = compare(titles, samples, [
    { of: 'fairlead', to: 'plain', goal: { atLeast: 1.6 } },
    { of: 'again', to: 'plain' },
    { of: 'undici', to: 'plain' },
    { of: 'balanced', to: 'plain', goal: { atLeast: 1.4 } },
    { of: 'fetch', to: 'plain' },
    { of: 'axios', to: 'plain' },
    { of: 'got', to: 'plain' },
    { of: 'ky', to: 'plain' },
    { of: 'fairlead', to: 'undici' },
  ]);
  return [{ title: 'An HTTP client', lines }];
};
