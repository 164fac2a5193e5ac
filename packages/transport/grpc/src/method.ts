import type { Operation } from '@fairlead/endpoint';

/**
 * What a server needs of a method's definition. Every `MethodDefinition` of grpc-js is one, whether
 * ts-proto, proto-loader or a hand made it.
 */
export interface ServerMethod<Req, Res> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestDeserialize: (bytes: Buffer) => Req;
  readonly responseSerialize: (message: Res) => Buffer;
}

/** What a client needs of a method's definition: see {@link ServerMethod}. */
export interface ClientMethod<Req, Res> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (message: Req) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Res;
}

/** The definition of a service: its methods by name, as ts-proto and proto-loader write it. */
export type ServiceMethods = Readonly<Record<string, ServiceMethod>>;

/** A method of a service, of any messages. */
export interface ServiceMethod extends ServerMethod<unknown, never>, ClientMethod<never, unknown> {
  /** The name in the style of JavaScript, where the definition goes by the one of the .proto. */
  readonly originalName?: string | undefined;
}

/** What may be said about a method that its definition does not say. */
export interface MethodOptions {
  /** The service's name in the operation. Default: from the path, `pb.Add` of `/pb.Add/Sum`. */
  readonly service?: string | undefined;
  /**
   * Whether calling twice does no more than calling once. Default: what the `idempotency_level` of
   * the .proto says, where the definition keeps it (proto-loader's do, ts-proto's do not), else false.
   */
  readonly idempotent?: boolean | undefined;
}

type AnyMethod = Pick<ServiceMethod, 'path' | 'requestStream' | 'responseStream'>;

/** The operation of a unary method; throws for one that streams. */
export function unaryOperation(
  side: Operation['side'],
  method: AnyMethod,
  options: MethodOptions,
): Operation {
  if (!isUnary(method)) {
    throw new Error(
      `${method.path} streams, and only unary methods are supported so far: use grpc-js`,
    );
  }
  const [, service, name] = /^\/([^/]+)\/([^/]+)$/.exec(method.path) ?? [];
  if (service === undefined || name === undefined) {
    throw new Error(`the path of a method must be /package.Service/Method, but is ${method.path}`);
  }
  return {
    side,
    transport: 'grpc',
    service: options.service ?? service,
    method: name,
    kind: 'unary',
    idempotent: options.idempotent ?? isIdempotent(method),
  };
}

/** The service in the path of a method: `pb.Add` of `/pb.Add/Sum`. */
export function serviceOf(path: string): string {
  return path.slice(1, path.lastIndexOf('/'));
}

/** Whether one message goes each way. */
export function isUnary(method: AnyMethod): boolean {
  return !method.requestStream && !method.responseStream;
}

/** proto-loader keeps the options of the .proto beside the rest of the definition. */
function isIdempotent(method: AnyMethod & { readonly options?: unknown }): boolean {
  const { options } = method;
  if (typeof options !== 'object' || options === null) return false;
  const level: unknown = 'idempotency_level' in options ? options.idempotency_level : undefined;
  return level === 'IDEMPOTENT' || level === 'NO_SIDE_EFFECTS';
}
