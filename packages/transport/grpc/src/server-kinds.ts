import type { Readable } from 'node:stream';
import { type Context, createContext, type Endpoint, type Operation } from '@fairlead/endpoint';
import { mapStream, type ServerStages, serverLifecycle } from '@fairlead/transport';
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';
import type { Codec, DecodeMessage, GrpcHandlerOptions } from './handler-options.ts';
import type { ServerMethod } from './method.ts';
import { type GrpcRawCall, type GrpcServerCall, IncomingCall } from './server-call.ts';
import { endOfStream, readRequests, sendResponses } from './server-stream.ts';
import { type GrpcStatus, statusOfError } from './status.ts';

/** What a handler is made of, whatever its kind. */
export interface Handled<ReqMessage, ResMessage, Req, Res, Packed> {
  readonly method: ServerMethod<ReqMessage, ResMessage>;
  readonly target: Operation;
  readonly options: Codec<ReqMessage, ResMessage, Req, Res, unknown>;
  /** Makes of a message what grpc-js gets. */
  readonly pack: (message: ResMessage) => Packed;
  /** Where streams of responses are to be found while they are open. */
  readonly openStreams: OpenStreams | undefined;
}

/** The calls of a server whose responses stream. */
export type OpenStreams = Set<{ cutOff(): Promise<void> }>;

/** The reply of an error. */
interface Failure {
  readonly status: GrpcStatus;
}

/** The reply of one response. */
interface Response<Packed> {
  readonly response: Packed;
}

/** One request, one response. */
export function unaryHandler<ReqMessage, ResMessage, Req, Res, Packed>(
  handled: Handled<ReqMessage, ResMessage, Req, Res, Packed>,
  endpoint: Endpoint<Req, Res>,
): handleUnaryCall<ReqMessage, Packed> {
  type Raw = ServerUnaryCall<ReqMessage, unknown>;
  const { decode, encode } = codecOf(handled);
  const run = runner<Raw, Packed, Req, Res, Response<Packed>>(handled.options, endpoint, {
    decode: (call, ctx) => decode(call.raw.request, call, ctx),
    encode: responseOf(encode),
    send: (reply, call) => call.succeed(reply.response),
  });
  return (raw, callback) => run(new IncomingCall(handled.target, raw, callback));
}

/** A stream of requests, one response. */
export function clientStreamHandler<ReqMessage, ResMessage, Req, Res, Packed>(
  handled: Handled<ReqMessage, ResMessage, Req, Res, Packed>,
  endpoint: Endpoint<AsyncIterable<Req>, Res>,
): handleClientStreamingCall<ReqMessage, Packed> {
  type Raw = ServerReadableStream<ReqMessage, unknown>;
  const { encode } = codecOf(handled);
  const run = runner<Raw, Packed, AsyncIterable<Req>, Res, Response<Packed>>(
    handled.options,
    endpoint,
    {
      decode: requestsOf(handled.options.decode),
      encode: responseOf(encode),
      send: (reply, call) => call.succeed(reply.response),
    },
  );
  return (raw, callback) => run(new IncomingCall(handled.target, raw, callback));
}

/** One request, a stream of responses. */
export function serverStreamHandler<ReqMessage, ResMessage, Req, Res, Packed>(
  handled: Handled<ReqMessage, ResMessage, Req, Res, Packed>,
  endpoint: Endpoint<Req, AsyncIterable<Res>>,
): handleServerStreamingCall<ReqMessage, Packed> {
  type Raw = ServerWritableStream<ReqMessage, Packed>;
  const { decode, encode } = codecOf(handled);
  const run = runner<Raw, Packed, Req, AsyncIterable<Res>, Responses<Res>>(
    handled.options,
    endpoint,
    {
      decode: (call, ctx) => decode(call.raw.request, call, ctx),
      encode: (responses, _call, ctx) => ({ responses, ctx }),
      send: ({ responses, ctx }, call) =>
        whileOpen(handled.openStreams, call, () =>
          sendResponses(call, responses, (response) => encode(response, call, ctx), ctx),
        ),
    },
  );
  return (raw) => run(new IncomingCall(handled.target, raw, endOfStream(raw)));
}

/** Streams both ways. */
export function bidiStreamHandler<ReqMessage, ResMessage, Req, Res, Packed>(
  handled: Handled<ReqMessage, ResMessage, Req, Res, Packed>,
  endpoint: Endpoint<AsyncIterable<Req>, AsyncIterable<Res>>,
): handleBidiStreamingCall<ReqMessage, Packed> {
  type Raw = ServerDuplexStream<ReqMessage, Packed>;
  const { encode } = codecOf(handled);
  const run = runner<Raw, Packed, AsyncIterable<Req>, AsyncIterable<Res>, Responses<Res>>(
    handled.options,
    endpoint,
    {
      decode: requestsOf(handled.options.decode),
      encode: (responses, _call, ctx) => ({ responses, ctx }),
      send: ({ responses, ctx }, call) =>
        whileOpen(handled.openStreams, call, () =>
          sendResponses(call, responses, (response) => encode(response, call, ctx), ctx),
        ),
    },
  );
  return (raw) => run(new IncomingCall(handled.target, raw, endOfStream(raw)));
}

function responseOf<Res, Packed>(
  encode: (response: Res, call: GrpcServerCall, ctx: Context) => Packed | Promise<Packed>,
): (
  response: Res,
  call: GrpcServerCall,
  ctx: Context,
) => Response<Packed> | Promise<Response<Packed>> {
  return (response, call, ctx) => {
    const packed = encode(response, call, ctx);
    if (!(packed instanceof Promise)) return { response: packed };
    return packed.then((settled) => ({ response: settled }));
  };
}

/** A stream that is to be sent, and what ends it. */
interface Responses<Res> {
  readonly responses: AsyncIterable<Res>;
  readonly ctx: Context;
}

async function whileOpen<T>(
  streams: OpenStreams | undefined,
  call: { cutOff(): Promise<void> },
  send: () => Promise<T>,
): Promise<T> {
  streams?.add(call);
  try {
    return await send();
  } finally {
    streams?.delete(call);
  }
}

/** The codecs of a handler; what they make of a response is ready for grpc-js. */
function codecOf<ReqMessage, ResMessage, Req, Res, Packed>({
  options,
  pack,
}: Handled<ReqMessage, ResMessage, Req, Res, Packed>): {
  decode(message: ReqMessage, call: GrpcServerCall, ctx: Context): Req | Promise<Req>;
  encode(response: Res, call: GrpcServerCall, ctx: Context): Packed | Promise<Packed>;
} {
  const { encode } = options;
  return {
    // Sound, both: the overloads of grpcHandler ask for a codec where the types differ.
    decode: options.decode ?? ((message) => message as unknown as Req),
    encode(response, call, ctx) {
      if (encode === undefined) return pack(response as unknown as ResMessage);
      const message = encode(response, call, ctx);
      return message instanceof Promise ? message.then(pack) : pack(message);
    },
  };
}

/** The stream of requests of a call, which ends with it. */
function requestsOf<ReqMessage, Req>(
  decode: DecodeMessage<ReqMessage, Req> | undefined,
): (call: GrpcServerCall & { readonly raw: Readable }, ctx: Context) => AsyncIterable<Req> {
  return (call, ctx) => {
    const messages = readRequests<ReqMessage>(call.raw, ctx);
    // Sound: see above.
    if (decode === undefined) return messages as unknown as AsyncIterable<Req>;
    return mapStream(messages, (message) => decode(message, call, ctx));
  };
}

/** The stages of a kind become a handler's; those that all kinds have in common are added. */
function runner<Raw extends GrpcRawCall, Packed, Req, Res, Reply extends object>(
  options: GrpcHandlerOptions<Res>,
  endpoint: Endpoint<Req, Res>,
  stages: Pick<
    ServerStages<IncomingCall<Raw, Packed>, Req, Res, Reply>,
    'decode' | 'encode' | 'send'
  >,
): (call: IncomingCall<Raw, Packed>) => void {
  const { clock, encodeError = statusOfError } = options;
  const all: ServerStages<IncomingCall<Raw, Packed>, Req, Res, Reply | Failure> = {
    ...stages,
    encodeError: async (error, call, ctx) => ({ status: await encodeError(error, call, ctx) }),
    send: (reply, call, ctx) =>
      'status' in reply ? call.fail(reply.status) : stages.send(reply, call, ctx),
    abandon: (error, call) => call.abandon(error),
  };
  const run = serverLifecycle(endpoint, all, options);
  return (call) => {
    void run(call, createContext({ source: call, timeoutMs: call.remainingMs(), clock }));
  };
}
