import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = `
  import { logger } from '@fairlead/log';
  const log = logger();
  log.info('ready');
  process.once('message', () => {
    for (let i = 0; i < 10_000; i++) log.info('x'.repeat(1000), { i });
    setImmediate(() => process.send('alive', () => process.disconnect()));
  });
`;

function start() {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const flags = ['--import', 'tsx', '--conditions=@fairlead/source', '--input-type=module'];
  const { NODE_OPTIONS: _, ...env } = process.env;
  return spawn(process.execPath, [...flags, '--eval', program], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

it('goes on where nobody reads its lines any more', { timeout: 60_000 }, async () => {
  const child = start();
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close');
  const [line] = await once(child.stdout ?? child, 'data');
  expect(JSON.parse(String(line))).toMatchObject({ level: 'info', message: 'ready' });
  child.stdout?.destroy();
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message)).send('go');
  expect([(await ended)[0], errors, said]).toEqual([0, '', ['alive']]);
});
