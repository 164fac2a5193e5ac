import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { freePorts } from './process.ts';
import { isMet } from './requirement.ts';
import { onFreePorts, type ServerProcess, startServer } from './server-process.ts';

/** Whether Redis can be started on this machine. */
export function hasRedis(): boolean {
  const { error } = spawnSync('redis-server', ['--version']);
  return isMet('redis-server', error === undefined, 'install Debian’s redis-server');
}

/** A server of Redis. Its data is kept over a kill. */
export interface Redis extends ServerProcess {
  readonly host: string;
  readonly port: number;
  /** Sends one command in Redis's inline form, `PING`; resolves to what came back first. */
  command(line: string): Promise<string>;
}

/** Starts one server. */
export function startRedis(): Promise<Redis> {
  return onFreePorts(async () => {
    const host = '127.0.0.1';
    const [port = 0] = await freePorts(1);
    const command = (line: string, signal?: AbortSignal) => ask({ host, port }, line, signal);
    const flags = ['--appendonly', 'yes', '--appendfsync', 'no', '--save', ''];
    const server = await startServer({
      command: 'redis-server',
      arguments: (folder) => ['--port', `${port}`, '--bind', host, '--dir', folder, ...flags],
      isReady: async (signal) => (await command('PING', signal)) === '+PONG\r\n',
    });
    return { ...server, host, port, command: (line) => command(line) };
  });
}

async function ask(
  place: { readonly host: string; readonly port: number },
  line: string,
  signal: AbortSignal = AbortSignal.timeout(1000),
): Promise<string> {
  const socket = createConnection(place);
  try {
    await once(socket, 'connect', { signal });
    socket.write(`${line}\r\n`);
    const [answer] = await once(socket, 'data', { signal });
    return String(answer);
  } finally {
    socket.destroy();
  }
}
