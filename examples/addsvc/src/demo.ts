// npm start: the whole example on free ports, and three instances of it as processes. With --keep it stays up afterwards.
import { parseArgs } from 'node:util';
import { background, ServiceError } from '@fairlead/endpoint';
import { createGrpcClient } from '@fairlead/grpc';
import { createHttpClient } from '@fairlead/http';
import { createJsonrpcClient } from '@fairlead/jsonrpc';
import { logger } from '@fairlead/log';
import { formatAddress } from './address.ts';
import { AddService as definition } from './gen/addsvc.ts';
import { createAddGrpcClient } from './grpc.ts';
import { createAddHttpClient, errorOf } from './http.ts';
import { createAddJsonrpcClient } from './jsonrpc.ts';
import { runProgram, stopSignal } from './program.ts';
import { startAddServer } from './server.ts';
import type { AddService } from './service.ts';
import { showProtection } from './show-protection.ts';
import { showThreeInstances } from './three-instances.ts';

const freePort = { host: '127.0.0.1', port: 0 };

await runProgram(async () => {
  const { values: flags } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
  const logged: string[] = [];
  const log = logger({
    format: 'terminal',
    colour: false,
    write: (line) => void logged.push(line.trimEnd()),
  });
  await using server = await startAddServer({
    http: freePort,
    grpc: freePort,
    jsonrpc: freePort,
    debug: freePort,
    log,
    limits: 'none',
  });
  const httpUrl = `http://${formatAddress(server.http)}`;
  const grpcTarget = formatAddress(server.grpc);
  const jsonrpcUrl = `http://${formatAddress(server.jsonrpc)}`;

  await using http = createAddHttpClient(httpUrl);
  await report(`HTTP, ${httpUrl}`, http, badHttpRequest(httpUrl));
  await using grpc = createAddGrpcClient(grpcTarget);
  await report(`gRPC, ${grpcTarget}`, grpc, badGrpcRequest(grpcTarget));
  await using jsonrpc = createAddJsonrpcClient(jsonrpcUrl);
  await report(`JSON-RPC, ${jsonrpcUrl}`, jsonrpc, badJsonrpcRequest(jsonrpcUrl));

  await showThreeInstances(print);

  await showProtection(print);

  print('What the server logged, a line for each call:');
  for (const line of logged) print(`  ${line}`);
  print('');
  if (!flags.keep) return print('Keep it running:  npm start -- --keep');
  print('It runs. In another terminal:');
  print(`  npm run addcli -- --http-addr ${formatAddress(server.http)} 1 2`);
  print(`  npm run addcli -- --grpc-addr ${grpcTarget} --method concat fair lead`);
  print(`  npm run addcli -- --jsonrpc-addr ${formatAddress(server.jsonrpc)} 1 2`);
  print(`  curl -s http://${formatAddress(server.debug)}/metrics   # and /health/ready, /debug`);
  print('Ctrl-C ends it.');
  await stopSignal();
});

/** Calls every method of a client, with a good request, one that the business refuses, and a broken one. */
async function report(
  title: string,
  client: AddService,
  bad: () => Promise<unknown>,
): Promise<void> {
  print(title);
  await show('sum 1 2', () => client.sum({ a: 1, b: 2 }, background));
  await show('concat fair lead', () => client.concat({ a: 'fair', b: 'lead' }, background));
  await show('sum 0 0', () => client.sum({ a: 0, b: 0 }, background));
  await show('a broken request', bad);
  print('');
}

async function show(name: string, call: () => Promise<unknown>): Promise<void> {
  print(`  ${name.padEnd(18)} ${await call().then(JSON.stringify, describe)}`);
}

function describe(error: unknown): string {
  const { code, message } = ServiceError.from(error);
  return `${code}: ${message}`;
}

/** A field of the wrong type: the server answers 400. */
function badHttpRequest(url: string): () => Promise<unknown> {
  return async () => {
    await using client = createHttpClient(url);
    const sum = client.endpoint<{ a: string }, unknown>({ path: '/sum', decodeError: errorOf });
    return await sum({ a: 'one' }, background);
  };
}

/** Bytes that are no message: the server answers INTERNAL. */
function badGrpcRequest(target: string): () => Promise<unknown> {
  return async () => {
    await using client = createGrpcClient(target);
    const requestSerialize = (bytes: Buffer): Buffer => bytes;
    const sum = client.endpoint({ ...definition.sum, requestSerialize });
    return await sum(Buffer.from([0xff]), background);
  };
}

/** The same over JSON-RPC: the server answers -32602. */
function badJsonrpcRequest(url: string): () => Promise<unknown> {
  return async () => {
    await using client = createJsonrpcClient(url);
    return await client.endpoint({ method: 'sum' })({ a: 'one' }, background);
  };
}

function print(line: string): void {
  console.log(line);
}
