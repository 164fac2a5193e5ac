import type { Context, Endpoint, Operation, OperationKind } from '@fairlead/endpoint';
import type { ServerCall, ServerHooks } from '../hooks.ts';
import { type CallRunner, type ServerStages, serverLifecycle } from '../server.ts';
import { sentError } from './reply.ts';
import type { Pack } from './serialisation.ts';
import type { MemoryServerCall, ServerReply } from './server-call.ts';

/** How an endpoint is exposed in memory. */
export interface MemoryHandlerOptions<Req, Res, ReqMessage, ResMessage>
  extends ServerHooks<ServerCall, Res> {
  /** Makes the endpoint's request of a message. Default: the message itself. */
  readonly decode?:
    | ((message: ReqMessage, call: ServerCall, ctx: Context) => Req | Promise<Req>)
    | undefined;
  /** Makes the message of the endpoint's response. Default: the response itself. */
  readonly encode?:
    | ((response: Res, call: ServerCall, ctx: Context) => ResMessage | Promise<ResMessage>)
    | undefined;
  /** How many messages go each way, for logs, metrics and traces. Default `unary`. */
  readonly kind?: OperationKind | undefined;
  /** Whether a second call does no more than the first. Default false. */
  readonly idempotent?: boolean | undefined;
}

/** An endpoint as a server in memory takes it, with the messages that cross; see {@link memoryHandler}. */
export interface MemoryHandler<in ReqMessage, out ResMessage> {
  /** Exists in the types alone: the messages of the endpoint. */
  readonly ['~messages']?: (request: ReqMessage) => ResMessage;
  /** @internal */
  readonly [toRoute]: (service: string, method: string, pack: Pack) => Route;
}

/** @internal */
export const toRoute: unique symbol = Symbol('toRoute');

/** @internal What a server does with the calls of one method. */
export interface Route {
  readonly operation: Operation;
  readonly run: CallRunner<MemoryServerCall>;
}

/**
 * Exposes an endpoint in memory with hooks of its own or in other messages than its own. An endpoint
 * that needs neither goes into {@link createMemoryServer} as it is.
 *
 * ```ts
 * const server = createMemoryServer({
 *   find: memoryHandler(find, { before: [authenticate], decode: (message: unknown) => Query.parse(message) }),
 * });
 * ```
 *
 * The stages and their order are those of {@link ServerHooks}. What the endpoint throws reaches the
 * caller as over a wire: rebuilt, without its cause, its stack and its class; an error that is no
 * ServiceError becomes `internal` with a fixed text. The call's context is the server's own: it has
 * the time that is left to the caller and ends when the caller's does, and none of its values. The
 * status that `finalize` sees is gRPC's number. One handler serves any number of calls at once.
 */
export function memoryHandler<Req, Res, ReqMessage = Req, ResMessage = Res>(
  endpoint: Endpoint<Req, Res>,
  options: MemoryHandlerOptions<Req, Res, ReqMessage, ResMessage> = {},
): MemoryHandler<NoInfer<ReqMessage>, NoInfer<ResMessage>> {
  // Sound, both: without a codec no other message type is inferred than the endpoint's own.
  const decode = options.decode ?? ((message: ReqMessage) => message as unknown as Req);
  const encode = options.encode ?? ((response: Res) => response as unknown as ResMessage);
  const { kind = 'unary', idempotent = false } = options;

  function stages(pack: Pack): ServerStages<MemoryServerCall, Req, Res, ServerReply> {
    const packed = (message: ResMessage, ctx: Context): ServerReply => ({
      message: pack(message, 'response'),
      ctx,
    });
    return {
      // Sound: the client's endpoint has the same message type, see MemoryClient.
      decode: (call, ctx) => decode(call.message as ReqMessage, call, ctx),
      encode(response, call, ctx) {
        const message = encode(response, call, ctx);
        return message instanceof Promise
          ? message.then((settled) => packed(settled, ctx))
          : packed(message, ctx);
      },
      encodeError: (error) => ({ error: sentError(error, pack) }),
      send: (reply, call) => call.send(reply),
      abandon: (error, call) => call.abandon(error),
    };
  }

  return {
    [toRoute]: (service, method, pack) => ({
      operation: { side: 'server', transport: 'memory', service, method, kind, idempotent },
      run: serverLifecycle(endpoint, stages(pack), options),
    }),
  };
}
