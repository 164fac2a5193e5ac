import { promisify } from 'node:util';
import {
  Client,
  credentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { createGrpcServer, type GrpcServerOptions } from '../src/index.ts';
import { both, down, type Numbered, up } from './stream-methods.ts';

/** Handlers of the methods that stream, of which a test writes those that it needs. */
export interface StreamHandlers {
  readonly down?: handleServerStreamingCall<Numbered, Numbered>;
  readonly up?: handleClientStreamingCall<Numbered, Numbered>;
  readonly both?: handleBidiStreamingCall<Numbered, Numbered>;
}

const service = { down, up, both };

/** A server of ours on loopback, closed with the test; returns its target. */
export async function serveStreams(
  handlers: StreamHandlers,
  options?: GrpcServerOptions,
): Promise<string> {
  const server = createGrpcServer(options);
  onTestFinished(() => server.close({ graceMs: 0 }));
  // Sound: what a test does not serve it does not call.
  server.add(service, handlers as Required<StreamHandlers>);
  const { host, port } = await server.listen();
  return `${host}:${port}`;
}

/** A server of grpc-js alone. */
export async function serveStreamsPlain(handlers: StreamHandlers): Promise<string> {
  const server = new Server();
  onTestFinished(() => server.forceShutdown());
  server.addService(service, { ...handlers });
  const bind = promisify(server.bindAsync.bind(server));
  return `127.0.0.1:${await bind('127.0.0.1:0', ServerCredentials.createInsecure())}`;
}

/** A client of grpc-js alone, closed with the test. */
export function connectPlain(target: string): Client {
  const client = new Client(target, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}
