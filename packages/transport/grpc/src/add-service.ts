import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Server,
  ServiceDefinition,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { ServerMethod, ServiceMethod, ServiceMethods } from './method.ts';
import { type ServerLimits, serialisingHandler } from './server.ts';

/**
 * A handler for each method of a service: a {@link grpcHandler}, or any handler of grpc-js, streaming
 * ones too. A method without one, where the types let it pass, answers `unimplemented`.
 */
export type GrpcHandlers<Service extends ServiceMethods> = {
  readonly [Name in keyof Service]: HandlerOf<Service[Name]>;
};

type HandlerOf<Method extends ServiceMethod> =
  Method extends ServerMethod<infer Req, infer Res>
    ? HandlerOfKind<Req, Res, Method['requestStream'], Method['responseStream']>
    : never;

/** Where a definition does not say (`boolean`, as proto-loader's), any kind will do. */
type HandlerOfKind<Req, Res, Requests, Responses> = Requests extends true
  ? Responses extends true
    ? handleBidiStreamingCall<Req, Res>
    : handleClientStreamingCall<Req, Res>
  : Responses extends true
    ? handleServerStreamingCall<Req, Res>
    : handleUnaryCall<Req, Res>;

/**
 * Registers a service with a server of grpc-js. Handlers of ours answer with bytes, so that whatever is
 * wrong with a response shows while their hooks can still see it.
 */
export function addService(
  server: Server,
  service: ServiceMethods,
  handlers: GrpcHandlers<ServiceMethods>,
  limits: ServerLimits,
): void {
  const definition: Record<string, ServiceMethod> = {};
  const implementation: Record<string, UntypedHandleCall> = {};
  const unknown = new Set(Object.keys(handlers));
  for (const [name, method] of Object.entries(service)) {
    const key = handlers[name] === undefined ? (method.originalName ?? name) : name;
    unknown.delete(key);
    const handler = handlers[key];
    if (handler === undefined) continue;
    const serialising = serialisingHandler(handler, limits);
    definition[name] = serialising ? { ...method, responseSerialize: asIs } : method;
    implementation[name] = serialising ?? handler;
  }
  for (const name of unknown) {
    const known = Object.keys(service).join(', ');
    throw new Error(`the service has no method ${name}: its methods are ${known}`);
  }
  // Sound: the same definitions, but for the bytes that stand for the messages of a handler of ours.
  server.addService({ ...service, ...definition } as ServiceDefinition, implementation);
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}
