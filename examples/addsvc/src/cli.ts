import { parseArgs } from 'node:util';
import { background } from '@fairlead/endpoint';
import { formatAddress, parseAddress } from './address.ts';
import { createAddGrpcClient } from './grpc.ts';
import { createAddHttpClient } from './http.ts';
import { createAddJsonrpcClient } from './jsonrpc.ts';
import { clientProtection } from './protection.ts';
import { discoverAddsvc, type RegistryFlags, registryFlags } from './registry.ts';
import type { AddService } from './service.ts';

const usage =
  'usage: addcli --http-addr=HOST:PORT | --grpc-addr=HOST:PORT | --jsonrpc-addr=HOST:PORT | --registry-dir=PATH | --consul-addr=HOST:PORT | --etcd-addr=HOST:PORT [--method=sum|concat] [--] A B';

/** Calls addsvc as the command line says, and returns the line that Go kit's addcli prints. */
export async function addcli(args: readonly string[]): Promise<string> {
  const { values: flags, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'http-addr': { type: 'string' },
      'grpc-addr': { type: 'string' },
      'jsonrpc-addr': { type: 'string' },
      ...registryFlags,
      method: { type: 'string', default: 'sum' },
    },
  });
  const [a, b, ...rest] = positionals;
  if (a === undefined || b === undefined || rest.length > 0) throw new Error(usage);
  await using connected = await connect(flags);
  const client = clientProtection().protect(connected);
  return await callMethod(client, flags.method, a, b);
}

/** The addresses of the command line; of several the first in this order is called, as by Go kit's addcli. The last are discovered. */
interface AddressFlags extends RegistryFlags {
  readonly 'http-addr'?: string | undefined;
  readonly 'grpc-addr'?: string | undefined;
  readonly 'jsonrpc-addr'?: string | undefined;
}

async function connect(flags: AddressFlags): Promise<AddService & AsyncDisposable> {
  const { 'http-addr': http, 'grpc-addr': grpc, 'jsonrpc-addr': jsonrpc } = flags;
  if (http !== undefined) {
    return createAddHttpClient(`http://${formatAddress(parseAddress('--http-addr', http))}`);
  }
  if (grpc !== undefined)
    return createAddGrpcClient(formatAddress(parseAddress('--grpc-addr', grpc)));
  if (jsonrpc !== undefined) {
    const address = parseAddress('--jsonrpc-addr', jsonrpc);
    return createAddJsonrpcClient(`http://${formatAddress(address)}`);
  }
  const discovered = await discoverAddsvc(flags);
  if (discovered !== undefined) return discovered;
  throw new Error(usage);
}

async function callMethod(
  client: AddService,
  method: string,
  a: string,
  b: string,
): Promise<string> {
  if (method === 'sum') {
    const { v } = await client.sum({ a: integer('A', a), b: integer('B', b) }, background);
    return `${a} + ${b} = ${v}`;
  }
  if (method === 'concat') {
    const { v } = await client.concat({ a, b }, background);
    return `${JSON.stringify(a)} + ${JSON.stringify(b)} = ${JSON.stringify(v)}`;
  }
  throw new Error(`--method must be sum or concat, but is ${JSON.stringify(method)}`);
}

function integer(name: string, text: string): number {
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new Error(`${name} must be a whole number, but is ${JSON.stringify(text)}`);
}
