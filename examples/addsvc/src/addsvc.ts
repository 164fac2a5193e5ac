// The server: addsvc [--http-addr HOST:PORT] [--grpc-addr HOST:PORT] [--jsonrpc-addr HOST:PORT] [--debug-addr HOST:PORT]
//   [--registry-dir PATH | --consul-addr HOST:PORT | --etcd-addr HOST:PORT] [--limits go-kit|none] [--otlp-url URL]
import { parseArgs } from 'node:util';
import type { Context } from '@fairlead/endpoint';
import { logger } from '@fairlead/log';
import { actor, createDrain, run, signals } from '@fairlead/run';
import type { Registrar } from '@fairlead/sd';
import { formatAddress, parseAddress } from './address.ts';
import { runProgram } from './program.ts';
import type { Limits } from './protection.ts';
import { addsvcRegistrar, isRegistered, registryFlags } from './registry.ts';
import { createAddServer } from './server.ts';
import { startTelemetry } from './telemetry.ts';

/** How long those who have read the registry before are served after the instance has left it. */
const propagationMs = 1000;

await runProgram(async () => {
  const { values: flags } = parseArgs({
    options: {
      'http-addr': { type: 'string', default: '127.0.0.1:8081' },
      'grpc-addr': { type: 'string', default: '127.0.0.1:8082' },
      'jsonrpc-addr': { type: 'string', default: '127.0.0.1:8084' },
      'debug-addr': { type: 'string', default: '127.0.0.1:8080' },
      limits: { type: 'string', default: 'go-kit' },
      'otlp-url': { type: 'string' },
      ...registryFlags,
    },
  });
  const addresses = {
    http: parseAddress('--http-addr', flags['http-addr']),
    grpc: parseAddress('--grpc-addr', flags['grpc-addr']),
    jsonrpc: parseAddress('--jsonrpc-addr', flags['jsonrpc-addr']),
    debug: parseAddress('--debug-addr', flags['debug-addr']),
  };
  const log = logger({
    format: process.stderr.isTTY ? 'terminal' : 'logfmt',
    write: (line) => process.stderr.write(line),
  });
  const telemetry =
    flags['otlp-url'] === undefined ? undefined : await startTelemetry(flags['otlp-url']);
  const server = createAddServer({ log, limits: readLimits(flags.limits), config: flags });
  let registrar: Registrar | undefined;

  async function serve(ctx: Context): Promise<void> {
    try {
      const listening = await server.listen(addresses);
      for (const transport of ['http', 'grpc', 'jsonrpc', 'debug'] as const) {
        log.info('listening', { transport, addr: formatAddress(listening[transport]) });
      }
      registrar = addsvcRegistrar(flags, listening, log);
      if (registrar === undefined) return await ended(ctx);
      await registrar.register();
      log.info('registered', { addr: formatAddress(listening.grpc) });
    } catch (error) {
      // Nobody has heard of an instance that could not start.
      drain.abort();
      throw error;
    }
    await ended(ctx);
  }

  const drain = createDrain({
    unready: [() => server.health.setReady(false, 'draining')],
    registrars: [{ deregister: async (ctx) => await registrar?.deregister(ctx) }],
    propagationMs: isRegistered(flags) ? propagationMs : 0,
    servers: server.transports,
    // Who has found this instance in a registry has heard that it leaves; nobody else is to be expected.
    lingerMs: 0,
    flush: [async () => await telemetry?.flush()],
    close: [() => server.close(), async () => await telemetry?.close()],
    onEvent: (event) => {
      if (event.kind === 'step') log.debug('draining', { step: event.step });
    },
  });
  await run([signals(), actor('addsvc', serve)], {
    drain,
    onExit: ({ reason }) => log.info('exit', { reason }),
  });
});

/** Waits for the end of the group. */
function ended(ctx: Context): Promise<void> {
  return new Promise((resolve) => void ctx.onAbort(() => resolve()));
}

function readLimits(text: string): Limits {
  if (text === 'go-kit' || text === 'none') return text;
  throw new Error(`--limits must be go-kit or none, but is ${JSON.stringify(text)}`);
}
