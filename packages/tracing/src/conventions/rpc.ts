import { codes } from '@fairlead/endpoint';
import type { Attributes } from '@opentelemetry/api';
import { addAddress } from './address.ts';
import type { Convention } from './convention.ts';
import { metricNames, names } from './names.ts';

/** gRPC's names of its statuses, by number: it spells one of them otherwise. */
const statusNames: readonly string[] = [
  'OK',
  ...codes.map((code) => (code === 'canceled' ? 'CANCELLED' : code.toUpperCase())),
];

/** The statuses that are a server's own failure, and not its caller's mistake. */
const serverFailures: ReadonlySet<string> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/** What a target of gRPC may have in front of its address: `dns:///`, `ipv4:`. */
const resolver = /^(?:dns|ipv4|ipv6|xds):(?:\/\/[^/]*\/)?|^unix:(?:\/\/)?/;

const server = { address: names.serverAddress, port: names.serverPort };
const client = { address: names.clientAddress, port: names.clientPort };

/** Remote procedure calls, over gRPC, JSON-RPC and whatever is no HTTP: https://opentelemetry.io/docs/specs/semconv/rpc/. */
export const rpc: Convention = {
  duration: {
    server: metricNames.rpcServerCallDuration,
    client: metricNames.rpcClientCallDuration,
  },
  dimensions({ operation }) {
    const attributes: Attributes = {
      [names.rpcSystemName]: operation.transport,
      [names.rpcMethod]: fullName(operation),
    };
    if (operation.side === 'client')
      addAddress(attributes, server, operation.peer?.replace(resolver, ''));
    return attributes;
  },
  addDetails(attributes, { operation }) {
    if (operation.side === 'server') addAddress(attributes, client, operation.peer);
  },
  spanName: ({ operation }) => fullName(operation),
  verdict({ side, transport }, { status, error }) {
    const attributes: Attributes = {};
    const isJsonrpc = transport === 'jsonrpc';
    const name = isJsonrpc ? String(status) : (statusNames[status] ?? String(status));
    // JSON-RPC has a code for errors alone.
    if (!isJsonrpc || status !== 0) attributes[names.rpcStatusCode] = name;
    const failed = error !== undefined || status !== 0;
    const isFailure = failed && (side === 'client' || isJsonrpc || serverFailures.has(name));
    if (isFailure) attributes[names.errorType] = status === 0 ? (error?.code ?? '') : name;
    return { attributes, isFailure };
  },
};

function fullName({
  service,
  method,
}: {
  readonly service: string;
  readonly method: string;
}): string {
  return service === '' ? method : `${service}/${method}`;
}
