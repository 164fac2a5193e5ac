import {
  createEventLoopCheck,
  createHealth,
  createHealthFeed,
  type Health,
} from '@fairlead/health';
import { createHttpServer } from '@fairlead/http';
import type { Logger } from '@fairlead/log';
import type { DrainableServer } from '@fairlead/run';
import type { Address } from './address.ts';
import { debugHandler } from './debug.ts';
import { createAddGrpcServer } from './grpc.ts';
import { addHttpHandler } from './http.ts';
import { addJsonrpcHandler } from './jsonrpc.ts';
import { type Observability, observe } from './observability.ts';
import { type Limits, type Protection, serverProtection } from './protection.ts';
import { type AddService, addService } from './service.ts';

/** Where each part of addsvc listens; a port 0 takes any free one. */
export interface Addresses {
  readonly http: Address;
  readonly grpc: Address;
  readonly jsonrpc: Address;
  readonly debug: Address;
}

/** What addsvc is told. */
export interface AddServerOptions {
  /** Gets a line for each call. */
  readonly log: Logger;
  /** Default: those of Go kit's addsvc. */
  readonly limits?: Limits | undefined;
  /** Shown at the debug address. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/** An addsvc: one service, what protects and observes it, three transports, and a debug address. */
export interface AddServer extends AsyncDisposable {
  readonly health: Health;
  /** Those that are drained. */
  readonly transports: readonly DrainableServer[];
  /** Opens every port. */
  listen(addresses: Addresses): Promise<Addresses>;
  /** Closes everything; calls in flight have ended before. */
  close(): Promise<void>;
}

/** The service with all its layers: what is observed stands outside of what protects. */
export function layered(protection: Protection, observability: Observability): AddService {
  const { sum, concat } = protection.protect(observability.counted(addService));
  return { sum: observability.middleware(sum), concat: observability.middleware(concat) };
}

/** Makes addsvc, which does nothing before it listens. */
export function createAddServer({
  log,
  limits = 'go-kit',
  config = {},
}: AddServerOptions): AddServer {
  const protection = serverProtection(limits);
  const observability = observe(log, protection);
  const service = layered(protection, observability);

  const eventLoop = createEventLoopCheck();
  const health = createHealth({
    isReady: false,
    checks: [{ name: 'event loop', kind: 'readiness', check: eventLoop.check }],
  });
  const http = createHttpServer(addHttpHandler(service));
  const grpc = createAddGrpcServer(service);
  const jsonrpc = createHttpServer(addJsonrpcHandler(service));
  const { page } = observability;
  const debug = createHttpServer(debugHandler({ page, health, protection, config }));
  const feed = createHealthFeed(health, grpc.health, { services: { 'pb.Add': [] } });

  async function close(): Promise<void> {
    await Promise.all([http.close(), grpc.close(), jsonrpc.close()]);
    await feed.close();
    await debug.close();
    observability.close();
    eventLoop.close();
  }

  return {
    health,
    transports: [http, grpc, jsonrpc],
    async listen(addresses) {
      const listening = {
        http: await http.listen(addresses.http),
        grpc: await grpc.listen(addresses.grpc),
        jsonrpc: await jsonrpc.listen(addresses.jsonrpc),
        debug: await debug.listen(addresses.debug),
      };
      health.setReady(true);
      return listening;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A running addsvc. */
export interface RunningAddServer extends Addresses, AsyncDisposable {}

/** Starts addsvc, for who ends it with the block that started it. */
export async function startAddServer(
  options: AddServerOptions & Addresses,
): Promise<RunningAddServer> {
  const server = createAddServer(options);
  try {
    return { ...(await server.listen(options)), [Symbol.asyncDispose]: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}
