import { chain } from '@fairlead/endpoint';
import { createHttpServer } from '@fairlead/http';
import type { Address } from './address.ts';
import { createAddGrpcServer } from './grpc.ts';
import { addHttpHandler } from './http.ts';
import { addJsonrpcHandler } from './jsonrpc.ts';
import { createRequestCounter, logging } from './middlewares.ts';
import { type AddService, addService } from './service.ts';

/** Where each part of addsvc listens; a port 0 takes any free one. */
export interface AddServerOptions {
  readonly http: Address;
  readonly grpc: Address;
  readonly jsonrpc: Address;
  readonly debug: Address;
  /** Gets a line for each call. */
  readonly log: (line: string) => void;
}

/** A running addsvc. */
export interface AddServer extends AsyncDisposable {
  readonly http: Address;
  readonly grpc: Address;
  readonly jsonrpc: Address;
  readonly debug: Address;
}

/** Starts addsvc: one service, its middlewares, three transports. */
export async function startAddServer(options: AddServerOptions): Promise<AddServer> {
  const counter = createRequestCounter();
  const observed = chain(logging(options.log), counter.middleware);
  const service: AddService = {
    sum: observed(addService.sum),
    concat: observed(addService.concat),
  };

  const http = createHttpServer(addHttpHandler(service));
  const grpc = createAddGrpcServer(service);
  const jsonrpc = createHttpServer(addJsonrpcHandler(service));
  const debug = createHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(counter.text());
  });
  const close = async (): Promise<void> => {
    await Promise.all([http.close(), grpc.close(), jsonrpc.close()]);
    await debug.close();
  };

  try {
    return {
      http: await http.listen(options.http),
      grpc: await grpc.listen(options.grpc),
      jsonrpc: await jsonrpc.listen(options.jsonrpc),
      debug: await debug.listen(options.debug),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
