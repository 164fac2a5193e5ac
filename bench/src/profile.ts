// `npm run profile -- NAME`: where the time of one of our programs goes, as a CPU profile and as a list.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import type { SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import { hottest, type Profile } from './hottest.ts';
import { startWorker } from './worker-process.ts';

const folder = fileURLToPath(new URL('../profiles/', import.meta.url));
const seconds = 5;

/** The program that is profiled, and the one at its other end. */
const sides = {
  http: { subject: 'servers/fairlead-http', other: 'load/sockets', serves: true },
  production: { subject: 'servers/production', other: 'load/sockets', serves: true },
  express: { subject: 'servers/fairlead-express', other: 'load/sockets', serves: true },
  fetch: { subject: 'servers/fairlead-fetch', other: 'load/sockets', serves: true },
  grpc: { subject: 'servers/fairlead-grpc', other: 'clients/grpc-js', serves: true },
  'grpc-stream': {
    subject: 'servers/fairlead-grpc',
    other: 'clients/grpc-js-stream',
    serves: true,
  },
  'http-client': { subject: 'clients/fairlead-http', other: 'servers/canned-http', serves: false },
  balanced: { subject: 'clients/fairlead-balanced', other: 'servers/canned-http', serves: false },
  'grpc-client': { subject: 'clients/fairlead-grpc', other: 'servers/grpc-js', serves: false },
  'grpc-client-stream': {
    subject: 'clients/fairlead-grpc-stream',
    other: 'servers/grpc-js',
    serves: false,
  },
} as const;

type Side = keyof typeof sides;

async function profile(name: Side): Promise<void> {
  const { subject, other, serves } = sides[name];
  await mkdir(folder, { recursive: true });
  const before = await readdir(folder);
  const [subjectOf, otherOf] = [profiled(), { node: process.execPath, cpu: 'other' }] as const;
  const server = await (serves ? startWorker(subject, subjectOf) : startWorker(other, otherOf));
  const args = [server.port];
  const client = await (serves
    ? startWorker(other, { ...otherOf, args })
    : startWorker(subject, { ...subjectOf, args }));
  await client.measure(seconds * 1000);
  await client.close();
  await server.close();

  const file = (await readdir(folder)).find((one) => !before.includes(one));
  if (file === undefined) throw new Error(`Node wrote no profile into ${folder}`);
  // Sound: what --cpu-prof writes.
  const written = JSON.parse(await readFile(`${folder}${file}`, 'utf8')) as Profile;
  process.stdout.write(
    `${hottest(written, 10, readMap)}\n\nThe whole of it, for Chrome's DevTools: bench/profiles/${file}\n`,
  );
}

function readMap(url: string): SourceMapPayload | undefined {
  const map = new URL(`${url}.map`);
  // Sound: the build wrote it.
  return existsSync(map) ? (JSON.parse(readFileSync(map, 'utf8')) as SourceMapPayload) : undefined;
}

/** Node with its profiler on: it writes what it saw when the process ends. */
function profiled() {
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200'];
  return { node: process.execPath, cpu: 'subject', flags } as const;
}

const [name = ''] = process.argv.slice(2);
if (name in sides) {
  // Sound: it is one of the keys.
  await profile(name as Side);
} else {
  process.stderr.write(
    `there is no ${name || 'name'} to profile; npm run profile -- ${Object.keys(sides).join(' | ')}\n`,
  );
  process.exitCode = 1;
}
