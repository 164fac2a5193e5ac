// The server: addsvc [--http-addr HOST:PORT] [--grpc-addr HOST:PORT] [--jsonrpc-addr HOST:PORT] [--debug-addr HOST:PORT]
//   [--registry-dir PATH | --consul-addr HOST:PORT | --etcd-addr HOST:PORT]
import { parseArgs } from 'node:util';
import { formatAddress, parseAddress } from './address.ts';
import { runProgram, stopSignal } from './program.ts';
import { addsvcRegistrar, registryFlags } from './registry.ts';
import { startAddServer } from './server.ts';

await runProgram(async () => {
  const { values: flags } = parseArgs({
    options: {
      'http-addr': { type: 'string', default: '127.0.0.1:8081' },
      'grpc-addr': { type: 'string', default: '127.0.0.1:8082' },
      'jsonrpc-addr': { type: 'string', default: '127.0.0.1:8084' },
      'debug-addr': { type: 'string', default: '127.0.0.1:8080' },
      ...registryFlags,
    },
  });
  // Asked first: a signal may come as soon as a port is open.
  const stopped = stopSignal();
  const log = (line: string): void => console.error(line);
  await using server = await startAddServer({
    http: parseAddress('--http-addr', flags['http-addr']),
    grpc: parseAddress('--grpc-addr', flags['grpc-addr']),
    jsonrpc: parseAddress('--jsonrpc-addr', flags['jsonrpc-addr']),
    debug: parseAddress('--debug-addr', flags['debug-addr']),
    log,
  });
  for (const transport of ['http', 'grpc', 'jsonrpc', 'debug'] as const) {
    log(`transport=${transport} addr=${formatAddress(server[transport])}`);
  }
  // Disposed of before the server: nobody is sent to it any more when it closes.
  await using registrar = addsvcRegistrar(flags, server, log);
  if (registrar !== undefined) {
    await registrar.register();
    log(`registry=registered addr=${formatAddress(server.grpc)}`);
  }
  log(`exit="received signal ${await stopped}"`);
});
