import {
  abortable,
  type Context,
  type Endpoint,
  failureOf,
  isAsyncIterable,
  type ServiceError,
} from '@fairlead/endpoint';
import { type CallRunner, type ServerHooks, serverLifecycle } from '@fairlead/transport';
import { type Answer, bareErrorAnswer, errorAnswer, resultAnswer } from './answer.ts';
import type { AnswerableCall, JsonrpcServerCall } from './call.ts';
import { decoderFunction, type JsonrpcDecoder } from './decoder.ts';
import type { JsonrpcParams } from './request.ts';
import { errorObject, type JsonrpcErrorObject } from './status.ts';

/** How an endpoint is exposed over JSON-RPC. */
export interface JsonrpcMethodOptions<Req, Res> extends ServerHooks<JsonrpcServerCall, Res> {
  /**
   * Makes the endpoint's request of the parameters: an object, an array, or undefined where there are
   * none. A Standard Schema, whose refusal is answered with -32602 and the issues, or any function.
   */
  readonly decode: JsonrpcDecoder<JsonrpcParams, Req>;
  /** Makes the result, a value that has JSON. Default: the response itself; `null` for `undefined`. */
  readonly encode?: (response: Res, call: JsonrpcServerCall, ctx: Context) => unknown;
  /** Makes the `error` member of an answer. Default: {@link errorObject}. */
  readonly encodeError?: (
    error: ServiceError,
    call: JsonrpcServerCall,
    ctx: Context,
  ) => JsonrpcErrorObject | Promise<JsonrpcErrorObject>;
  /** Whether a second call does no more than the first. Default false. */
  readonly idempotent?: boolean;
}

/** An endpoint that is exposed over JSON-RPC; `jsonrpcHandler` gives it its name. */
export interface JsonrpcMethod {
  readonly idempotent: boolean;
  /** Runs one call and hands over its answer. For the handler. */
  readonly run: CallRunner<AnswerableCall>;
}

/**
 * Exposes an endpoint over JSON-RPC.
 *
 * ```ts
 * const sum = jsonrpcMethod(async ({ a, b }) => a + b, { decode: z.object({ a: z.number(), b: z.number() }) });
 * ```
 *
 * Each call has its own lifecycle and runs its hooks in the order of {@link ServerHooks}; its status
 * in `finalize` is 0, or the code of the error that was answered. A notification goes the same way,
 * and what would be its answer is dropped.
 */
export function jsonrpcMethod<Req, Res>(
  endpoint: Endpoint<Req, Res>,
  options: JsonrpcMethodOptions<Req, Res>,
): JsonrpcMethod {
  const { encode = takeAsItIs<Res>, encodeError = errorObject, idempotent = false } = options;
  const decode = decoderFunction(options.decode, 'params');

  const stages = {
    decode({ params }: AnswerableCall, ctx: Context): Req | Promise<Req> {
      const decoded = decode(params, ctx);
      const mayBeLate = ctx.deadline !== undefined && decoded instanceof Promise;
      return mayBeLate ? abortable(decoded, ctx) : decoded;
    },
    async encode(response: Res, call: AnswerableCall, ctx: Context): Promise<Answer> {
      if (isAsyncIterable(response)) throw new TypeError('a stream cannot be a JSON-RPC result');
      const failed = failureOf(response);
      if (failed !== undefined) return errorAnswer(call.id, await encodeError(failed, call, ctx));
      return resultAnswer(call.id, await encode(response, call, ctx));
    },
    async encodeError(error: ServiceError, call: AnswerableCall, ctx: Context): Promise<Answer> {
      return errorAnswer(call.id, await encodeError(error, call, ctx));
    },
    send(answer: Answer, call: AnswerableCall): number {
      call.answer(answer);
      return answer.status;
    },
    abandon(_error: ServiceError, call: AnswerableCall): number {
      return stages.send(bareErrorAnswer(call.id), call);
    },
  };
  return { idempotent, run: serverLifecycle(endpoint, stages, options) };
}

function takeAsItIs<Res>(response: Res): Res {
  return response;
}
