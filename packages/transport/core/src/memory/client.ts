import { type Context, discard, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { type ClientOptions, type ClientStages, clientLifecycle } from '../client.ts';
import type { ClientCall, ClientHooks } from '../hooks.ts';
import { callsInFlight } from '../in-flight.ts';
import { MemoryClientCall } from './client-call.ts';
import { joint, type MemoryServer } from './listener.ts';
import { type Answer, type Reply, rebuilt, statusOf } from './reply.ts';
import type { MemoryHandler } from './server.ts';

/** What an endpoint of a client in memory can be told: `timeoutMs`, `middleware`, hooks. */
export interface MemoryEndpointOptions extends ClientOptions, ClientHooks<ClientCall> {}

/** How an endpoint's own types become the messages that cross. */
export interface MemoryCodec<Req, Res, ReqMessage, ResMessage> {
  /** Makes the message of a request. Default: the request itself. May set metadata on the call. */
  readonly encode?:
    | ((request: Req, call: ClientCall, ctx: Context) => ReqMessage | Promise<ReqMessage>)
    | undefined;
  /** Makes the response of a message. Default: the message itself. */
  readonly decode?:
    | ((message: ResMessage, call: ClientCall, ctx: Context) => Res | Promise<Res>)
    | undefined;
}

/** The client's endpoint for what a server serves. */
export type MemoryEndpoint<Servable> =
  Servable extends MemoryHandler<infer Req, infer Res>
    ? Endpoint<Req, Res>
    : Servable extends Endpoint<infer Req, infer Res>
      ? Endpoint<Req, Res>
      : never;

/** The client's endpoints for all that a server serves: of a service of endpoints, the same service. */
export type MemoryEndpoints<Service> = {
  readonly [Name in keyof Service]: MemoryEndpoint<Service[Name]>;
};

type RequestOf<Servable> =
  MemoryEndpoint<Servable> extends Endpoint<infer Req, unknown> ? Req : never;
type ResponseOf<Servable> =
  MemoryEndpoint<Servable> extends Endpoint<never, infer Res> ? Res : never;

/** The methods of one server in memory as endpoints. */
export interface MemoryClient<Service> extends AsyncDisposable {
  /**
   * One method as an endpoint. It rejects with a ServiceError, whatever goes wrong. Any number of
   * calls may run at once. Throws an Error where the server has no such method.
   */
  endpoint<
    Name extends keyof Service & string,
    Req = RequestOf<Service[Name]>,
    Res = ResponseOf<Service[Name]>,
  >(
    name: Name,
    options?: MemoryEndpointOptions &
      MemoryCodec<Req, Res, RequestOf<Service[Name]>, ResponseOf<Service[Name]>>,
  ): Endpoint<NoInfer<Req>, NoInfer<Res>>;
  /** All methods as endpoints, all with the same options. */
  service(options?: MemoryEndpointOptions): MemoryEndpoints<Service>;
  /**
   * Refuses new calls with `unavailable` and waits for the calls in flight: their own timeouts are
   * the limit. Leaves the server alone. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Makes a client of a server in the same process. It behaves as over a wire, but for what the
 * server's {@link Serialisation} says about messages.
 *
 * ```ts
 * const client = createMemoryClient(server);
 * const sum = client.endpoint('sum', { timeoutMs: 500 });
 * const { concat } = client.service();
 * ```
 */
export function createMemoryClient<Service>(server: MemoryServer<Service>): MemoryClient<Service> {
  const { routes, pack, call } = server[joint];
  const calls = callsInFlight(() => {});

  function endpoint<Req, Res, ReqMessage, ResMessage>(
    name: string,
    options: MemoryEndpointOptions & MemoryCodec<Req, Res, ReqMessage, ResMessage> = {},
  ): Endpoint<Req, Res> {
    const route = routes.get(name);
    if (route === undefined) {
      const known = [...routes.keys()].join(', ');
      throw new Error(`the server has no method ${name}: its methods are ${known}`);
    }
    const operation = { ...route.operation, side: 'client' } as const;
    const { encode, decode } = options;

    function carrying(call: MemoryClientCall, message: unknown): MemoryClientCall {
      call.message = pack(message, 'request');
      return call;
    }

    const stages: ClientStages<MemoryClientCall, Req, Res, Reply> = {
      encode(request, ctx) {
        const outgoing = new MemoryClientCall(operation);
        const message = encode === undefined ? request : encode(request, outgoing, ctx);
        if (!(message instanceof Promise)) return carrying(outgoing, message);
        return message.then((settled) => carrying(outgoing, settled));
      },
      async send(outgoing, caller) {
        if (calls.isClosed)
          throw new ServiceError('unavailable', 'the client is closed', { unsent: true });
        const { message } = outgoing;
        const answer = call(route, { message, metadata: outgoing.sentMetadata(), caller });
        calls.started();
        try {
          return received(outgoing, await answer);
        } finally {
          calls.ended();
        }
      },
      decode(reply, outgoing, ctx) {
        if ('error' in reply) throw rebuilt(reply.error);
        // Sound: the server's handler has these message types, and without a codec they are the own.
        const message = reply.message as ResMessage & Res;
        return decode === undefined ? message : decode(message, outgoing, ctx);
      },
      discard: (reply) => discard('error' in reply ? undefined : reply.message),
      status: (_call, error) => statusOf(error?.code),
    };
    return clientLifecycle(operation, stages, options, options);
  }

  function service(options?: MemoryEndpointOptions): MemoryEndpoints<Service> {
    const endpoints = [...routes.keys()].map((name) => [name, endpoint(name, options)]);
    // Sound: one endpoint for each method of the service, of that method's messages.
    return Object.fromEntries(endpoints) as MemoryEndpoints<Service>;
  }

  return { endpoint, service, close: calls.close, [Symbol.asyncDispose]: calls.close };
}

function received(call: MemoryClientCall, { reply, metadata }: Answer): Reply {
  call.responseMetadata = metadata;
  return reply;
}
