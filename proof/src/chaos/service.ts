import type { Endpoint } from '@fairlead/endpoint';
import { createGrpcClient, createGrpcServer, type GrpcServer, grpcHandler } from '@fairlead/grpc';
import { createHttpClient, type HttpHandler, jsonBody, route, routes } from '@fairlead/http';
import type { Transport } from './options.ts';

interface SumRequest {
  /** The call's id. */
  readonly a: number;
  readonly b: number;
}

interface ConcatRequest {
  /** The call's id. */
  readonly a: string;
  readonly b: string;
}

/** The methods of addsvc. `sum` may be called twice for one call, `concat` may not. */
export interface AddService {
  readonly sum: Endpoint<SumRequest, { readonly v: number }>;
  readonly concat: Endpoint<ConcatRequest, { readonly v: string }>;
}

/** A client of one instance. */
export interface AddClient extends AddService {
  close(): Promise<void>;
}

export function addHttpHandler({ sum, concat }: AddService): HttpHandler {
  return routes([
    route('POST', '/sum', sum, { decode: jsonBody<SumRequest>() }),
    route('POST', '/concat', concat, { decode: jsonBody<ConcatRequest>() }),
  ]);
}

export function createAddGrpcServer({ sum, concat }: AddService): GrpcServer {
  const server = createGrpcServer();
  server.add(definition, {
    sum: grpcHandler(definition.sum, sum),
    concat: grpcHandler(definition.concat, concat),
  });
  return server;
}

export function createAddClient(transport: Transport, address: string): AddClient {
  if (transport === 'http') {
    const client = createHttpClient(`http://${address}`);
    return {
      sum: client.endpoint({ path: '/sum', idempotent: true }),
      concat: client.endpoint({ path: '/concat' }),
      close: () => client.close(),
    };
  }
  const client = createGrpcClient(address);
  return {
    sum: client.endpoint(definition.sum, { idempotent: true }),
    concat: client.endpoint(definition.concat),
    close: () => client.close(),
  };
}

/** A definition by hand, with JSON for messages: what is proved here is not the encoding. */
const definition = {
  sum: method<SumRequest, { readonly v: number }>('Sum'),
  concat: method<ConcatRequest, { readonly v: string }>('Concat'),
};

function method<Req, Res>(name: string) {
  return {
    path: `/chaos.Add/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message: Req) => Buffer.from(JSON.stringify(message)),
    // Both ends are this file.
    requestDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as Req,
    responseSerialize: (message: Res) => Buffer.from(JSON.stringify(message)),
    responseDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as Res,
  } as const;
}
