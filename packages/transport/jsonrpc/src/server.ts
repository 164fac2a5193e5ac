import { type Context, checkNumber, contextKey, ServiceError } from '@fairlead/endpoint';
import {
  type HttpHandler,
  type HttpHandlerOptions,
  type HttpReply,
  httpHandler,
  jsonType,
  type NodeServerCall,
  problemReply,
} from '@fairlead/http';
import type { BeforeHook, FinalizeHook, ServerCall } from '@fairlead/transport';
import { errorAnswer } from './answer.ts';
import { type BatchOptions, runMessages } from './batch.ts';
import { type Messages, readMessages } from './message.ts';
import { type JsonrpcMethod, jsonrpcMethod } from './method.ts';
import { errorObject, markOf } from './status.ts';

/** Limits of a handler, and what all of its methods have in common. */
export interface JsonrpcHandlerOptions
  extends Pick<
    HttpHandlerOptions<unknown, unknown>,
    'service' | 'maxBodyBytes' | 'maxJsonDepth' | 'timeoutMs' | 'clock'
  > {
  /**
   * Hooks of the whole HTTP request, a batch or not, before its body is read: what they reject with is
   * answered as over HTTP, with a status and a problem. For what refuses early, as `shed().hooks` and
   * `rateLimit()` of `@fairlead/ratelimit` do; hooks of the calls are those of `jsonrpcMethod`. Default: none.
   */
  readonly before?: readonly BeforeHook<NodeServerCall>[] | undefined;
  /** Told of the end of the whole HTTP request. Default: none. */
  readonly finalize?: readonly FinalizeHook<NodeServerCall>[] | undefined;
  /** How many messages a batch may have. Default 100; a larger one is refused whole with -32600. */
  readonly maxBatchSize?: number;
  /** How many calls of one batch run at once. Default 16. */
  readonly maxBatchConcurrency?: number;
  /**
   * Sees each error that no method's own `onError` sees: of a body that cannot be read, a message that
   * is no request, a method that is not there. What it throws is dropped.
   */
  readonly onError?: (error: unknown, ctx: Context, call: ServerCall) => void;
}

/** One HTTP request, from before its body is read to its reply. */
interface Exchange {
  readonly http: NodeServerCall;
  /** The reply that is being made; undefined until the messages have been read. */
  reply: Promise<HttpReply> | undefined;
}

const exchangeKey = contextKey<Exchange>('jsonrpc exchange');

/**
 * Serves methods over JSON-RPC 2.0, under their names in `methods`: at once a listener of `node:http`
 * and a handler of Express 4 and 5.
 *
 * ```ts
 * const handler = jsonrpcHandler({ sum: jsonrpcMethod(sum, { decode: SumRequest }) });
 * createServer(handler).listen(8084); // node:http
 * app.post('/rpc', handler);          // Express, before any body parser
 * ```
 *
 * - The calls of a batch run at the same time, a bounded number of them, and are answered in the
 *   order of the requests. Notifications are waited for as well, and not answered: 204 where there
 *   was nothing else.
 * - Every JSON-RPC answer, errors included, has the HTTP status 200. What never was JSON-RPC has its
 *   own: 405 unless it is a POST, 413 for a body that is too large, 415 for a type that is not JSON.
 * - Ids come back byte for byte, unless a body parser of the host has read them before.
 * - Each call's context ends when the client hangs up, at the deadline that it sent, or after `timeoutMs`.
 */
export function jsonrpcHandler(
  methods: Readonly<Record<string, JsonrpcMethod>>,
  options: JsonrpcHandlerOptions = {},
): HttpHandler {
  const { onError, maxBodyBytes, timeoutMs, clock, before = [], finalize = [] } = options;
  const limits = {
    maxJsonDepth: checkNumber('maxJsonDepth', options.maxJsonDepth ?? 64, { min: 1 }),
    maxBatchSize: checkNumber('maxBatchSize', options.maxBatchSize ?? 100, { min: 1 }),
  };
  const batch: BatchOptions = {
    methods: methodsByName(methods),
    refuse: (error) => refusing(error, onError),
    service: options.service ?? '',
    concurrency: checkNumber('maxBatchConcurrency', options.maxBatchConcurrency ?? 16, { min: 1 }),
  };

  function run(messages: Messages, ctx: Context): Promise<HttpReply> {
    const exchange = exchangeOf(ctx);
    exchange.reply = runMessages(messages, exchange.http, ctx, batch).then(replyWith);
    return exchange.reply;
  }

  return httpHandler(run, {
    methods: ['POST'],
    name: 'jsonrpc',
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(clock === undefined ? {} : { clock }),
    before: [(ctx, http) => ctx.with(exchangeKey, { http, reply: undefined }), ...before],
    finalize,
    decode: (_request, ctx) => readMessages(exchangeOf(ctx).http, limits),
    encode: (reply) => reply,
    encodeError: (error, _call, ctx) => errorReply(error, ctx.get(exchangeKey)),
    onError: (error, ctx, call) => {
      if (ctx.get(exchangeKey)?.reply === undefined) onError?.(error, ctx, call);
    },
  });
}

function methodsByName(
  methods: Readonly<Record<string, JsonrpcMethod>>,
): ReadonlyMap<string, JsonrpcMethod> {
  const reserved = Object.keys(methods).find((name) => name.startsWith('rpc.'));
  if (reserved === undefined) return new Map(Object.entries(methods));
  throw new TypeError(
    `method ${JSON.stringify(reserved)}: JSON-RPC keeps names that begin with rpc. for itself, so choose another`,
  );
}

/** A method that fails with one error, for messages that reach none. */
function refusing(error: ServiceError, onError: JsonrpcHandlerOptions['onError']): JsonrpcMethod {
  const refuse = (): Promise<never> => Promise.reject(error);
  return jsonrpcMethod(refuse, { decode: () => undefined, ...(onError && { onError }) });
}

function exchangeOf(ctx: Context): Exchange {
  const exchange = ctx.get(exchangeKey);
  if (exchange !== undefined) return exchange;
  throw new ServiceError('internal', 'internal error', {
    cause: new Error('no exchange in the context'),
  });
}

/**
 * The reply of an HTTP request that failed as a whole. At a deadline each of its calls ends by
 * itself, and those that were done before have a result: theirs is the reply.
 */
function errorReply(
  error: ServiceError,
  exchange: Exchange | undefined,
): HttpReply | Promise<HttpReply> {
  if (exchange?.reply !== undefined) return exchange.reply;
  if (markOf(error) === undefined) return problemReply(error);
  return replyWith(errorAnswer('null', errorObject(error)).text);
}

const headers = { 'content-type': jsonType };

function replyWith(body: string | undefined): HttpReply {
  return body === undefined ? { status: 204, headers: {}, body } : { status: 200, headers, body };
}
