import { promisify } from 'node:util';
import {
  type ChannelOptions,
  credentials,
  type ServiceError as GrpcError,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import {
  AddClient,
  type AddService,
  type ConcatReply,
  type ConcatRequest,
  AddService as definition,
  type SumReply,
  type SumRequest,
} from '../gen/add.ts';
import {
  createGrpcClient,
  createGrpcServer,
  type GrpcClient,
  type GrpcClientOptions,
  type GrpcServerOptions,
} from '../src/index.ts';

/** Handlers of the fixture, of which a test writes those that it needs. */
export interface AddHandlers {
  readonly sum?: handleUnaryCall<SumRequest, SumReply>;
  readonly concat?: handleUnaryCall<ConcatRequest, ConcatReply>;
}

function unimplemented(_call: unknown, callback: (status: { code: number }) => void): void {
  callback({ code: 12 });
}

/** A server of ours on loopback, closed with the test; returns its target. */
export async function serve(handlers: AddHandlers, options?: GrpcServerOptions): Promise<string> {
  const server = createGrpcServer(options);
  onTestFinished(() => server.close({ graceMs: 0 }));
  server.add<AddService>(definition, {
    sum: handlers.sum ?? unimplemented,
    concat: handlers.concat ?? unimplemented,
    count: (call) => call.end(),
  });
  const { host, port } = await server.listen();
  return `${host}:${port}`;
}

/** A server of grpc-js alone. */
export async function servePlain(handlers: AddHandlers, options?: ChannelOptions): Promise<string> {
  const server = new Server(options);
  onTestFinished(() => server.forceShutdown());
  server.addService(definition, { ...handlers } as UntypedServiceImplementation);
  const bind = promisify(server.bindAsync.bind(server));
  return `127.0.0.1:${await bind('127.0.0.1:0', ServerCredentials.createInsecure())}`;
}

/** A client of ours, closed with the test. */
export function connect(target: string, options?: GrpcClientOptions): GrpcClient {
  const client = createGrpcClient(target, options);
  onTestFinished(() => client.close());
  return client;
}

/** How a call of grpc-js alone ended. */
export interface PlainOutcome {
  readonly error: GrpcError | undefined;
  readonly reply: SumReply | undefined;
  /** What came before the response. */
  readonly initial: Metadata | undefined;
  readonly trailers: Metadata;
}

export interface PlainCallOptions {
  readonly metadata?: Metadata;
  readonly deadline?: Date | number;
  readonly channelOptions?: ChannelOptions;
  /** Cancels the call when it is fulfilled. */
  readonly cancelWhen?: Promise<unknown>;
}

/** Calls `Sum` with grpc-js alone. */
export function callPlain(
  target: string,
  request: SumRequest = { a: 1, b: 2 },
  { metadata = new Metadata(), deadline, channelOptions, cancelWhen }: PlainCallOptions = {},
): Promise<PlainOutcome> {
  const client = new AddClient(target, credentials.createInsecure(), channelOptions);
  onTestFinished(() => client.close());
  return new Promise((resolve) => {
    let error: GrpcError | undefined;
    let reply: SumReply | undefined;
    let initial: Metadata | undefined;
    const options = deadline === undefined ? {} : { deadline };
    const call = client.sum(request, metadata, options, (failed, answered) => {
      error = failed ?? undefined;
      reply = failed ? undefined : answered;
    });
    call.on('metadata', (received) => {
      initial = received;
    });
    call.on('status', ({ metadata: trailers }) => resolve({ error, reply, initial, trailers }));
    void cancelWhen?.then(() => call.cancel());
  });
}
