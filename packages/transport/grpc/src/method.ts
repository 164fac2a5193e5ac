import type { Operation, OperationKind } from '@fairlead/endpoint';

/**
 * What a server needs of a method's definition. Every `MethodDefinition` of grpc-js is one, whether
 * ts-proto, proto-loader or a hand made it.
 */
export interface ServerMethod<
  Req,
  Res,
  RequestStream extends boolean = boolean,
  ResponseStream extends boolean = boolean,
> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly requestStream: RequestStream;
  readonly responseStream: ResponseStream;
  readonly requestDeserialize: (bytes: Buffer) => Req;
  readonly responseSerialize: (message: Res) => Buffer;
}

/** What a client needs of a method's definition: see {@link ServerMethod}. */
export interface ClientMethod<
  Req,
  Res,
  RequestStream extends boolean = boolean,
  ResponseStream extends boolean = boolean,
> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly requestStream: RequestStream;
  readonly responseStream: ResponseStream;
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

/** What a method takes or gives: a stream, one message, or, where its definition does not say, either. */
export type Streamed<Stream extends boolean, Message> = [Stream] extends [true]
  ? AsyncIterable<Message>
  : [Stream] extends [false]
    ? Message
    : Message | AsyncIterable<Message>;

/** What a definition of each kind says in its types. */
interface StreamsOfKind {
  readonly unary: { readonly requestStream: false; readonly responseStream: false };
  readonly server_stream: { readonly requestStream: false; readonly responseStream: true };
  readonly client_stream: { readonly requestStream: true; readonly responseStream: false };
  readonly bidi_stream: { readonly requestStream: true; readonly responseStream: true };
}

/**
 * The same definition with its kind in its types, for those that do not say (`boolean`), such as
 * proto-loader's. Throws an Error where the method is of another kind.
 *
 * ```ts
 * const watch = client.endpoint(ofKind(loaded['Watch'], 'server_stream'));
 * ```
 */
export function ofKind<Method extends AnyMethod, Kind extends OperationKind>(
  method: Method,
  kind: Kind,
): Omit<Method, 'requestStream' | 'responseStream'> & StreamsOfKind[Kind] {
  const actual = kindOf(method);
  if (actual === kind) {
    // Sound: the kind says what the two members are.
    return method as unknown as Omit<Method, 'requestStream' | 'responseStream'> &
      StreamsOfKind[Kind];
  }
  throw new Error(`${method.path} is of kind ${actual}, not ${kind}: say that kind`);
}

/** How many messages go each way in the calls of a method. */
function kindOf({ requestStream, responseStream }: AnyMethod): OperationKind {
  if (requestStream) return responseStream ? 'bidi_stream' : 'client_stream';
  return responseStream ? 'server_stream' : 'unary';
}

/** The operation of a method. */
export function operationOf(
  side: Operation['side'],
  method: AnyMethod,
  options: MethodOptions,
): Operation {
  const [, service, name] = /^\/([^/]+)\/([^/]+)$/.exec(method.path) ?? [];
  if (service === undefined || name === undefined) {
    throw new Error(`the path of a method must be /package.Service/Method, but is ${method.path}`);
  }
  return {
    side,
    transport: 'grpc',
    service: options.service ?? service,
    method: name,
    kind: kindOf(method),
    idempotent: options.idempotent ?? isIdempotent(method),
  };
}

/** The service in the path of a method: `pb.Add` of `/pb.Add/Sum`. */
export function serviceOf(path: string): string {
  return path.slice(1, path.lastIndexOf('/'));
}

/** proto-loader keeps the options of the .proto beside the rest of the definition. */
function isIdempotent(method: AnyMethod & { readonly options?: unknown }): boolean {
  const { options } = method;
  if (typeof options !== 'object' || options === null) return false;
  const level: unknown = 'idempotency_level' in options ? options.idempotency_level : undefined;
  return level === 'IDEMPOTENT' || level === 'NO_SIDE_EFFECTS';
}
