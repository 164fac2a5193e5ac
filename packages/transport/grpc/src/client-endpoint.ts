import {
  type Context,
  discard,
  type Endpoint,
  isAsyncIterable,
  ServiceError,
} from '@fairlead/endpoint';
import {
  type ClientHooks,
  type ClientOptions,
  type ClientStages,
  clientLifecycle,
  mapStream,
} from '@fairlead/transport';
import {
  type Connection,
  type GrpcClientCall,
  OutgoingCall,
  type Reply,
  type Route,
} from './client-call.ts';
import { openBoth, openResponses, sendRequests } from './client-stream.ts';
import { type ClientMethod, type MethodOptions, operationOf } from './method.ts';
import { statusOfCode } from './status.ts';

/** What an endpoint of a {@link GrpcClient} can be told: `timeoutMs`, `middleware`, hooks. */
export interface GrpcEndpointOptions
  extends ClientOptions,
    ClientHooks<GrpcClientCall>,
    MethodOptions {}

/** Makes the message of a request. May set metadata on the call. */
export interface RequestEncoder<Req, Message> {
  readonly encode: (request: Req, call: GrpcClientCall, ctx: Context) => Message | Promise<Message>;
}

/** Makes the response of a message. */
export interface ResponseDecoder<Message, Res> {
  readonly decode: (message: Message, call: GrpcClientCall, ctx: Context) => Res | Promise<Res>;
}

/** The codecs of an endpoint, both of which may be missing. */
export type ClientCodec<Req, ReqMessage, ResMessage, Res> = Partial<
  RequestEncoder<Req, ReqMessage> & ResponseDecoder<ResMessage, Res>
>;

/** What an endpoint needs of its client. */
export interface Peer {
  readonly target: string;
  readonly maxSendBytes: number;
  readonly connection: Connection;
}

/** One method as an endpoint. Without a codec the types must be those of the method. */
export function clientEndpoint<Req, ReqMessage, ResMessage, Res>(
  { target, maxSendBytes, connection }: Peer,
  method: ClientMethod<ReqMessage, ResMessage>,
  options: GrpcEndpointOptions & ClientCodec<Req, ReqMessage, ResMessage, Res>,
): Endpoint<unknown, unknown> {
  const operation = { ...operationOf('client', method, options), peer: target };
  const route: Route = { connection, path: method.path, observed: observes(options) };
  const write = requestWriter(method, options.encode, maxSendBytes);
  const read = responseReader(method);
  const lifecycle = <Request, Response, Raw>(
    stages: Pick<
      ClientStages<OutgoingCall, Request, Response, Reply<Raw>>,
      'encode' | 'send' | 'decode' | 'discard'
    >,
  ): Endpoint<Request, Response> => {
    const status = (_call: unknown, error?: ServiceError): number =>
      error === undefined ? 0 : statusOfCode(error.code);
    return clientLifecycle(operation, { ...stages, status }, options, options);
  };
  const one = {
    encode: (request: Req, ctx: Context) => write.one(request, new OutgoingCall(operation), ctx),
  };
  const many = {
    encode: (request: AsyncIterable<Req>, ctx: Context) =>
      write.many(request, new OutgoingCall(operation), ctx),
  };
  const single = { decode: decoder(read, options.decode) };
  const streaming = {
    decode: streamDecoder(options.decode),
    discard: (reply: Reply<AsyncIterable<ResMessage>>) => discard(reply),
  };
  // Sound, all of them: the type of `endpoint` says for each kind what is taken and given.
  switch (operation.kind) {
    case 'unary':
      return lifecycle<Req, Res, Buffer>({
        ...one,
        ...single,
        send: (call, ctx) => call.send(route, ctx),
      }) as Endpoint<unknown, unknown>;
    case 'client_stream':
      return lifecycle<AsyncIterable<Req>, Res, Buffer>({
        ...many,
        ...single,
        send: (call, ctx) => sendRequests(call, route, ctx),
      }) as Endpoint<unknown, unknown>;
    case 'server_stream':
      return lifecycle<Req, AsyncIterable<Res>, AsyncIterable<ResMessage>>({
        ...one,
        ...streaming,
        send: (call, ctx) => openResponses(call, { ...route, read }, ctx),
      }) as Endpoint<unknown, unknown>;
    case 'bidi_stream':
      return lifecycle<AsyncIterable<Req>, AsyncIterable<Res>, AsyncIterable<ResMessage>>({
        ...many,
        ...streaming,
        send: (call, ctx) => openBoth(call, { ...route, read }, ctx),
      }) as Endpoint<unknown, unknown>;
  }
}

/** Whether anybody gets to see the server's metadata. */
function observes(options: GrpcEndpointOptions & { readonly decode?: unknown }): boolean {
  const { after = [], finalize = [], onError, decode } = options;
  const hooks = after.length + finalize.length;
  return hooks > 0 || onError !== undefined || decode !== undefined;
}

/** The two ways to put requests into a call: one, or a stream of them. */
interface RequestWriter<Req> {
  one(request: Req, call: OutgoingCall, ctx: Context): OutgoingCall | Promise<OutgoingCall>;
  many(request: AsyncIterable<Req>, call: OutgoingCall, ctx: Context): OutgoingCall;
}

function requestWriter<Req, Message>(
  { path, requestSerialize }: ClientMethod<Message, unknown>,
  encode: RequestEncoder<Req, Message>['encode'] | undefined,
  maxSendBytes: number,
): RequestWriter<Req> {
  function serialised(message: Message): Buffer {
    const bytes = requestSerialize(message);
    if (bytes.length <= maxSendBytes) return bytes;
    throw new ServiceError(
      'resource_exhausted',
      `the request of ${path} has ${bytes.length} bytes; at most ${maxSendBytes} are sent: raise maxSendBytes`,
      { retryable: false },
    );
  }
  function bytesOf(request: Req, call: OutgoingCall, ctx: Context): Buffer | Promise<Buffer> {
    // Sound: the overloads of `endpoint` ask for an encoder where the types differ.
    if (encode === undefined) return serialised(request as unknown as Message);
    const message = encode(request, call, ctx);
    return message instanceof Promise ? message.then(serialised) : serialised(message);
  }
  return {
    one(request, call, ctx) {
      const bytes = bytesOf(request, call, ctx);
      if (!(bytes instanceof Promise)) return call.carrying(bytes);
      return bytes.then((settled) => call.carrying(settled));
    },
    many(stream, call, ctx) {
      if (!isAsyncIterable(stream)) {
        throw new ServiceError('internal', `${path} takes a stream: call it with an AsyncIterable`);
      }
      // Sound: what comes of the stream are its requests.
      return call.carryingStream({ stream, bytesOf: (item) => bytesOf(item as Req, call, ctx) });
    },
  };
}

function responseReader<Message>({
  path,
  responseDeserialize,
}: ClientMethod<never, Message>): (bytes: Buffer) => Message {
  return (bytes) => {
    try {
      return responseDeserialize(bytes);
    } catch (cause) {
      throw new ServiceError('internal', `the response of ${path} cannot be read`, { cause });
    }
  };
}

function decoder<Message, Res>(
  read: (bytes: Buffer) => Message,
  decode: ResponseDecoder<Message, Res>['decode'] | undefined,
): (reply: Reply<Buffer>, call: OutgoingCall, ctx: Context) => Res | Promise<Res> {
  function deserialised(reply: Reply<Buffer>): Message {
    if (reply instanceof ServiceError) throw reply;
    return read(reply);
  }
  // Sound: the overloads of `endpoint` ask for a decoder where the types differ.
  if (decode === undefined) return (reply) => deserialised(reply) as unknown as Res;
  return (reply, call, ctx) => decode(deserialised(reply), call, ctx);
}

function streamDecoder<Message, Res>(
  decode: ResponseDecoder<Message, Res>['decode'] | undefined,
): (reply: Reply<AsyncIterable<Message>>, call: OutgoingCall, ctx: Context) => AsyncIterable<Res> {
  return (reply, call, ctx) => {
    if (reply instanceof ServiceError) throw reply;
    // Sound: see above.
    if (decode === undefined) return reply as unknown as AsyncIterable<Res>;
    return mapStream(reply, (message) => decode(message, call, ctx));
  };
}
