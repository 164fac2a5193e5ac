import { loadHttpServers, loadOf } from './http-load.ts';
import { compare } from './pairs.ts';
import type { Subject } from './subject.ts';

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
export const httpServerSubject: Subject = async (run) => {
  const samples = await loadHttpServers(servers, run);
  const lines = compare(titles, samples, [
    { of: 'fairlead', to: 'plain', goal: { atLeast: 0.95 } },
    { of: 'again', to: 'plain' },
    { of: 'onExpress', to: 'express', goal: { atLeast: 0.97 } },
    { of: 'expressAgain', to: 'express' },
  ]);
  return [{ title: `An HTTP server, load by ${loadOf(run)}`, lines }];
};
