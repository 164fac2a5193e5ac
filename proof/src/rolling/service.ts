import type { Endpoint } from '@fairlead/endpoint';
import { createGrpcClient, createGrpcServer, type GrpcServer, grpcHandler } from '@fairlead/grpc';
import {
  createHttpClient,
  type HttpHandler,
  jsonBody,
  ndjsonBody,
  route,
  routes,
} from '@fairlead/http';

interface Numbered {
  readonly id: number;
}

/** What is called: one method with one answer, and one with a stream of them. */
export interface RollingService {
  readonly echo: Endpoint<Numbered, Numbered>;
  readonly count: Endpoint<Numbered, AsyncIterable<Numbered>>;
}

/** A client of one address. */
export interface RollingClient extends RollingService {
  close(): Promise<void>;
}

/** For calls that hang: a machine with other work must not fail one. */
const timeoutMs = 60_000;

/** How many messages a stream has. */
export const streamLength = 10;

/** Serves HTTP/1.1 and HTTP/2 alike. */
export function rollingHttpHandler({ echo, count }: RollingService): HttpHandler {
  return routes([
    route('POST', '/echo', echo, { decode: jsonBody<Numbered>() }),
    route('POST', '/count', count, { decode: jsonBody<Numbered>() }),
  ]);
}

export function createRollingGrpcServer({ echo, count }: RollingService): GrpcServer {
  const server = createGrpcServer();
  server.add(definition, {
    echo: grpcHandler(definition.echo, echo),
    count: grpcHandler(definition.count, count),
  });
  return server;
}

export function createRollingHttpClient(address: string): RollingClient {
  const client = createHttpClient(`http://${address}`);
  return {
    echo: client.endpoint({ path: '/echo', timeoutMs }),
    count: client.endpoint<Numbered, AsyncIterable<Numbered>>({
      path: '/count',
      timeoutMs,
      decode: ndjsonBody<Numbered>(),
    }),
    close: () => client.close(),
  };
}

export function createRollingGrpcClient(address: string): RollingClient {
  const client = createGrpcClient(address);
  return {
    echo: client.endpoint(definition.echo, { timeoutMs }),
    count: client.endpoint(definition.count, { timeoutMs }),
    close: () => client.close(),
  };
}

/** A definition by hand, with JSON for messages: what is proved here is not the encoding. */
const codec = {
  requestStream: false,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
} as const;
const definition = {
  echo: { ...codec, path: '/rolling.Service/Echo', responseStream: false },
  count: { ...codec, path: '/rolling.Service/Count', responseStream: true },
} as const;

function encode(message: Numbered): Buffer {
  return Buffer.from(JSON.stringify(message));
}

function decode(bytes: Buffer): Numbered {
  // Both ends are this file.
  return JSON.parse(bytes.toString()) as Numbered;
}
