import { namesOf } from './by-name.ts';
import { compare, throughputOf, titlesOf } from './pairs.ts';
import { inPasses, interleave } from './rounds.ts';
import { type Subject, warmedLonger } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const clients = {
  fairlead: { script: 'clients/fairlead-http', title: 'ours' },
  plain: { script: 'clients/node-http', title: 'node:http' },
  again: { script: 'clients/node-http', title: 'node:http again' },
  undici: { script: 'clients/undici', title: 'undici Pool.request' },
  balanced: { script: 'clients/fairlead-balanced', title: 'ours, balanced, retried, a breaker' },
  fetch: { script: 'clients/fetch', title: 'fetch' },
  axios: { script: 'clients/axios.mjs', title: 'axios' },
  got: { script: 'clients/got.mjs', title: 'got' },
  ky: { script: 'clients/ky.mjs', title: 'ky' },
} as const;

const names = namesOf(clients);

/** Our client against `node:http` with kept connections, undici and fetch, all with JSON both ways. */
export const httpClientSubject: Subject = async (run) => {
  const { node, passes, rounds, roundMs, warmUpMs } = warmedLonger(run);
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
  const lines = compare(
    titlesOf(clients),
    samples,
    [
      { of: 'fairlead', to: 'plain', goal: { atLeast: 1.6 } },
      { of: 'again', to: 'plain', isAgain: true },
      { of: 'undici', to: 'plain' },
      { of: 'balanced', to: 'plain', goal: { atLeast: 1.4 } },
      { of: 'fetch', to: 'plain' },
      { of: 'axios', to: 'plain' },
      { of: 'got', to: 'plain' },
      { of: 'ky', to: 'plain' },
      { of: 'fairlead', to: 'undici' },
    ],
    run,
  );
  return [{ title: 'An HTTP client', lines }];
};
