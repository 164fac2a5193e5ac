import { type Clock, checkNumber, systemClock } from '@fairlead/endpoint';
import { graceTimer } from '@fairlead/transport';
import {
  type ChannelOptions,
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServerOptions,
} from '@grpc/grpc-js';
import { addService, type GrpcHandlers } from './add-service.ts';
import { admissionInterceptor, type GrpcAdmission } from './admission.ts';
import { createHealth, type GrpcHealth } from './health.ts';
import { keepaliveOptions, limitOptions, maxSendBytesOf, unlimitedMs } from './limits.ts';
import { type ServiceMethods, serviceOf } from './method.ts';
import type { ServerLimits } from './server.ts';
import type { OpenStreams } from './server-kinds.ts';

/** What {@link createGrpcServer} can be told. */
export interface GrpcServerOptions {
  /** The longest request that is read, in bytes. Default 4 194 304 (4 MiB); `Infinity` for any. */
  readonly maxReceiveBytes?: number | undefined;
  /** The longest response that is sent, in bytes. Default 4 194 304, what a client reads by default. */
  readonly maxSendBytes?: number | undefined;
  /**
   * The most metadata that a call may bring to a {@link grpcHandler}, in bytes as HTTP/2 counts them:
   * name, value and 32 for each entry. Default 8192. Node itself refuses more than 65 535.
   */
  readonly maxMetadataBytes?: number | undefined;
  /** How many calls one connection may have in flight; its client holds back the rest. Default 1000. */
  readonly maxConcurrentCalls?: number | undefined;
  /** A connection without calls is closed after this many milliseconds. Default 300 000 (5 minutes). */
  readonly maxConnectionIdleMs?: number | undefined;
  /**
   * A connection is replaced after about this many milliseconds, so that its client looks up the
   * instances again. Its calls go on to their end. Default 1 800 000 (30 minutes).
   */
  readonly maxConnectionAgeMs?: number | undefined;
  /** Every connection is probed with a PING after this many milliseconds. Default 30 000; `Infinity` for never. */
  readonly keepaliveIntervalMs?: number | undefined;
  /** A connection whose PING is unanswered for this many milliseconds is cut off. Default 10 000. */
  readonly keepaliveTimeoutMs?: number | undefined;
  /**
   * Whether the standard health service (`grpc.health.v1.Health`) answers, as {@link GrpcServer.health}
   * says. Default true.
   */
  readonly healthService?: boolean | undefined;
  /**
   * Interceptors of grpc-js, around every call to this server, health checks included. The last one
   * is the outermost. A {@link grpcHandler} hands them its responses as bytes.
   */
  readonly interceptors?: readonly ServerInterceptor[] | undefined;
  /**
   * Decides about every call before its messages are read, health checks included; the first of all
   * interceptors. `shed` of `@fairlead/ratelimit` makes one. Default: all are let in.
   */
  readonly admit?: GrpcAdmission | undefined;
  /** Options of grpc-js's server, which win over the ones above. */
  readonly channelOptions?: ChannelOptions | undefined;
  /** Where the time of `graceMs` comes from. Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** Where to listen. */
export interface ListenOptions {
  /** Default `127.0.0.1`, which only this machine reaches; `0.0.0.0` or `::` for all. */
  readonly host?: string | undefined;
  /** Default 0, for a free port. */
  readonly port?: number | undefined;
  /** Default: plain text; `ServerCredentials.createSsl(…)` of grpc-js for TLS and mutual TLS. */
  readonly credentials?: ServerCredentials | undefined;
}

/** A gRPC server with a life: made, filled, listening, closed. */
export interface GrpcServer extends AsyncDisposable {
  /** The server of grpc-js: for reflection and other services made for it. */
  readonly server: Server;
  /** What the server says of its services to those who check. */
  readonly health: GrpcHealth;
  /** Adds a service, before or after {@link listen}; its health is `serving`, if nothing else was set. Throws for a handler without a method, and for a method twice. */
  add<Service extends ServiceMethods>(service: Service, handlers: GrpcHandlers<Service>): void;
  /** Opens the port. Rejects where it cannot; may be called again then, but only once where it could. */
  listen(options?: ListenOptions): Promise<{ readonly host: string; readonly port: number }>;
  /**
   * Says `not_serving` to those who check the health of any service, ends their watches, and then
   * stops listening, tells every client to go elsewhere, and waits for the calls in flight; after
   * `graceMs` milliseconds (default 10 000) it ends those that remain, and their contexts with them:
   * streams of responses with `unavailable`, for which their callers are given a second more.
   * Idempotent: a second call waits for the first, which a `graceMs` given then may make sooner. Never rejects.
   */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/**
 * Makes a gRPC server with limits that hold by default. No I/O before {@link GrpcServer.listen}.
 *
 * ```ts
 * const server = createGrpcServer();
 * server.add(AddService, { sum: grpcHandler(AddService.sum, sum) });
 * const { port } = await server.listen({ port: 8082 });
 * ```
 */
export function createGrpcServer(options: GrpcServerOptions = {}): GrpcServer {
  const channelOptions = serverOptions(options);
  const limits: ServerLimits = {
    maxSendBytes: maxSendBytesOf(channelOptions),
    maxMetadataBytes: checkNumber('maxMetadataBytes', options.maxMetadataBytes ?? 8192),
    openStreams: new Set(),
  };
  const { clock = systemClock } = options;
  const server = new Server(channelOptions);
  const grace = graceTimer(clock);
  const health = createHealth();
  if (options.healthService ?? true) health.addTo(server);
  let listening: Promise<string | undefined> | undefined;
  let closing: Promise<void> | undefined;

  function refuseClosed(): void {
    if (closing !== undefined) throw new Error('the gRPC server is closed: make a new one');
  }

  function add(service: ServiceMethods, handlers: GrpcHandlers<ServiceMethods>): void {
    refuseClosed();
    addService(server, service, handlers, limits);
    for (const { path } of Object.values(service)) health.added(serviceOf(path));
  }

  async function listen({ host = '127.0.0.1', port = 0, credentials }: ListenOptions = {}) {
    refuseClosed();
    if (listening !== undefined) {
      throw new Error('the gRPC server listens already: make another one for another port');
    }
    checkNumber('port', port, { max: 65_535, integer: true });
    const identity = credentials ?? ServerCredentials.createInsecure();
    const binding = bind(server, { host, port, credentials: identity });
    listening = binding.then(
      (bound) => addressOf(host, bound),
      () => undefined,
    );
    try {
      return { host, port: await binding };
    } catch (error) {
      listening = undefined;
      throw error;
    }
  }

  async function shutDown(): Promise<void> {
    const told = health.shutDown();
    if (told !== undefined) await within(clock, Math.min(grace.remainingMs(), maxTellingMs), told);
    const address = await listening;
    // With channelz off, forceShutdown leaves the connections open; what shortens the grace now comes too late.
    if (address !== undefined && channelOptions['grpc.enable_channelz'] === 0) {
      server.drain(address, Math.min(grace.remainingMs(), unlimitedMs));
    }
    await new Promise<void>((resolve) => {
      grace.start(async () => {
        await cutOff(limits.openStreams, clock);
        server.forceShutdown();
        resolve();
      });
      server.tryShutdown(() => resolve());
    });
    grace.stop();
  }

  function close({ graceMs }: { readonly graceMs?: number | undefined } = {}) {
    grace.limit(graceMs);
    closing ??= shutDown();
    return closing;
  }

  return { server, health, add, listen, close, [Symbol.asyncDispose]: () => close() };
}

/** Those who watch are told before the others are sent away; but one that does not read is not waited for. */
const maxTellingMs = 1000;

function within(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.schedule(ms, resolve);
    void work.then(() => {
      stop();
      resolve();
    });
  });
}

/** Tells those who still read a stream that the server goes, where they listen. */
async function cutOff(streams: OpenStreams, clock: Clock): Promise<void> {
  if (streams.size === 0) return;
  const told = Promise.all([...streams].map((call) => call.cutOff())).then(() => {});
  await within(clock, maxTellingMs, told);
  await new Promise((resolve) => setImmediate(resolve));
}

function serverOptions(options: GrpcServerOptions): ServerOptions {
  const {
    maxConcurrentCalls = 1000,
    maxConnectionIdleMs = 300_000,
    maxConnectionAgeMs = 1_800_000,
    interceptors = [],
    admit,
    clock = systemClock,
  } = options;
  const admission = admit === undefined ? [] : [admissionInterceptor(admit, clock)];
  const positive = { min: 1, integer: true };
  checkNumber('maxConcurrentCalls', maxConcurrentCalls, positive);
  checkNumber('maxConnectionIdleMs', maxConnectionIdleMs, positive);
  checkNumber('maxConnectionAgeMs', maxConnectionAgeMs, positive);
  return {
    'grpc.max_concurrent_streams': Math.min(maxConcurrentCalls, 2 ** 32 - 1),
    'grpc.max_connection_idle_ms': Math.min(maxConnectionIdleMs, unlimitedMs),
    'grpc.max_connection_age_ms': Math.min(maxConnectionAgeMs, unlimitedMs),
    ...keepaliveOptions(options),
    interceptors: [...admission, ...interceptors],
    ...limitOptions(options),
  };
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function bind(
  server: Server,
  { host, port, credentials }: { host: string; port: number; credentials: ServerCredentials },
): Promise<number> {
  const address = addressOf(host, port);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, bound) => {
      if (cause === null) return resolve(bound);
      const remedy = cause.message.includes('EADDRINUSE')
        ? 'something listens there already; stop it, or take port 0 for a free one'
        : cause.message;
      reject(new Error(`cannot listen on ${address}: ${remedy}`, { cause }));
    });
  });
}
