import type { ServerResponse } from 'node:http';
import {
  type Context,
  checkNumber,
  type Operation,
  ServiceError,
  systemClock,
} from '@fairlead/endpoint';
import { callsInFlight, serverLifecycle } from '@fairlead/transport';
import { callContext } from '../call-context.ts';
import { type BaseUrl, parseBase } from '../client/base-url.ts';
import { consumed, tooLarge } from '../codecs/body-errors.ts';
import { defaultJsonDepth } from '../codecs/json.ts';
import { problemReply } from '../codecs/problem.ts';
import { NodeCall } from '../node/call.ts';
import type { HostRequest } from '../node/host-request.ts';
import type { HttpReply } from '../reply.ts';
import { isIdempotent } from '../routes/methods.ts';
import type { HttpHandler } from '../server.ts';
import { type CarrierOptions, carriers } from './carriers.ts';
import { endToEnd } from './end-to-end.ts';
import { addVia, countForward, outgoingOf } from './outgoing.ts';
import type { RelayedCall, RelayedReply } from './proxy-call.ts';
import { relay } from './relay.ts';
import { requestPath } from './request-target.ts';
import type { ProxyTarget, ReverseProxyOptions } from './reverse-proxy-options.ts';
import { askUpstream, type UpstreamLimits } from './upstream.ts';
import { badGateway } from './upstream-errors.ts';

/** A call and the target that was chosen for it. */
interface Passage {
  readonly call: RelayedCall;
  readonly base: BaseUrl;
}

/** A handler that hands requests on, and the connections that it keeps for that. */
export interface ReverseProxy extends AsyncDisposable {
  /** For `node:http`, for `createHttpServer`, or mounted in Express. */
  readonly handler: HttpHandler;
  /** Lets the calls in flight finish, then closes every connection to a target. Later calls get 503. */
  close(): Promise<void>;
}

/**
 * Makes a proxy that hands each request on to a target and its reply back, bodies as they come and no
 * faster than the other end takes them. It does no I/O before the first request.
 *
 * ```ts
 * const proxy = createReverseProxy(() => instances.pick().url, {
 *   before: [(_ctx, { outgoing }) => { outgoing.path = outgoing.path.replace(/^\/api/, '') || '/'; }],
 * });
 * createHttpServer(proxy.handler);
 * ```
 *
 * - `before` hooks change what goes out, `call.outgoing`, and the context that the target is chosen
 *   with; `after` hooks change the reply's head. A `finalize` hook runs when the last byte has gone.
 * - Headers of one connection go no further, and how bodies are framed is said anew on each side.
 * - The deadline of the call goes on as what is left of it. When the caller leaves, the request to
 *   the target is closed; when the target breaks off, so is the reply.
 * - Where the target goes is for `target` alone: no host in a request line or header changes it.
 * - A target that cannot be reached, or whose reply cannot be read, makes 502, one that is too slow 504.
 *   What it answers itself goes on as it is, errors too. A connection that switches protocols (WebSocket) is not handed on.
 */
export function createReverseProxy(
  target: ProxyTarget,
  options: ReverseProxyOptions = {},
): ReverseProxy {
  const { service = '', name } = options;
  const limits = limitsOf(options);
  const choose = chooser(target);
  const outgoing = outgoingOf(options);
  const ways = carriers(connectionsOf(options));
  const calls = callsInFlight(() => ways.destroy());

  /** When the `before` hooks have run. */
  async function decode(call: RelayedCall, ctx: Context): Promise<Passage> {
    const { request, outgoing } = call;
    outgoing.path = requestPath(outgoing.path);
    if (Number(request.headers['content-length']) > limits.maxBodyBytes)
      throw tooLarge(limits.maxBodyBytes);
    if (request.readableDidRead) throw consumed();
    countForward(outgoing);
    return { call, base: await choose(call, ctx) };
  }

  async function forward({ call, base }: Passage, ctx: Context): Promise<RelayedReply> {
    const carrier = await ways.of(base.url.protocol);
    const incoming = await askUpstream(carrier, base, call, ctx, limits);
    const { statusCode: status = 0 } = incoming;
    if (status > 599) throw badGateway(new Error(`the status ${status} is none`));
    const headers = endToEnd(incoming.headers);
    addVia(headers, incoming, options.via);
    return { status, headers, incoming };
  }

  const run = serverLifecycle<RelayedCall, Passage, RelayedReply, RelayedReply | HttpReply>(
    forward,
    {
      decode,
      encode: (reply) => reply,
      encodeError: refusal(options.encodeError ?? problemReply),
      send: (reply, call, ctx) =>
        'incoming' in reply ? relay(reply, call, ctx) : call.send(reply, ctx),
      abandon(_error, call) {
        call.upstream?.destroy();
        return call.abandon();
      },
    },
    options,
  );

  const handler: HttpHandler = (nodeRequest, nodeResponse) => {
    // Sound: HTTP/2's have all that is used of them, which the tests over HTTP/2 show.
    const request = nodeRequest as HostRequest;
    const response = nodeResponse as ServerResponse;
    const method = request.method ?? '';
    const operation: Operation = {
      side: 'server',
      transport: 'http',
      service,
      method: name ?? method,
      kind: 'unary',
      idempotent: isIdempotent(method),
      peer: request.socket.remoteAddress,
    };
    const call: RelayedCall = Object.assign(new NodeCall(request, response, limits, operation), {
      outgoing: outgoing(request),
      upstream: undefined,
    });
    const ctx = callContext(call, limits.timeoutMs, limits.clock);
    if (calls.isClosed) {
      ctx.cancel(new ServiceError('unavailable', 'the proxy is closed'));
      void run(call, ctx);
      return;
    }
    calls.started();
    void run(call, ctx).then(calls.ended);
  };

  return { handler, close: calls.close, [Symbol.asyncDispose]: calls.close };
}

/** What finds the target of a call. One that is fixed is checked at once. */
function chooser(target: ProxyTarget): (call: RelayedCall, ctx: Context) => Promise<BaseUrl> {
  if (typeof target === 'function') return async (call, ctx) => parseBase(await target(call, ctx));
  const fixed = Promise.resolve(parseBase(target));
  return () => fixed;
}

type EncodeError = NonNullable<ReverseProxyOptions['encodeError']>;

/** Lets go of the target, and of what the caller still sends, which nobody reads; makes the reply of the error. */
function refusal(
  encodeError: EncodeError,
): (error: ServiceError, call: RelayedCall, ctx: Context) => Promise<HttpReply> {
  return async (error, call, ctx) => {
    const { request, upstream } = call;
    upstream?.destroy();
    const reply = await encodeError(error, call, ctx);
    if (request.complete) return reply;
    request.unpipe().resume();
    return { ...reply, headers: { ...reply.headers, connection: 'close' } };
  };
}

/** Limits of a call, and of the way to its target. */
interface Limits extends UpstreamLimits {
  readonly timeoutMs: number;
  readonly maxJsonDepth: number;
}

function limitsOf(options: ReverseProxyOptions): Limits {
  return {
    timeoutMs: checkNumber('timeoutMs', options.timeoutMs ?? Infinity),
    connectTimeoutMs: checkNumber('connectTimeoutMs', options.connectTimeoutMs ?? 10_000),
    idleTimeoutMs: checkNumber('idleTimeoutMs', options.idleTimeoutMs ?? 60_000, nodeTimer),
    maxBodyBytes: checkNumber('maxBodyBytes', options.maxBodyBytes ?? Infinity),
    maxJsonDepth: defaultJsonDepth,
    clock: options.clock ?? systemClock,
  };
}

function connectionsOf(options: ReverseProxyOptions): CarrierOptions {
  return {
    connections: checkNumber('connections', options.connections ?? 256, { min: 1, integer: true }),
    keepAliveMs: checkNumber('keepAliveMs', options.keepAliveMs ?? 4000, nodeTimer),
    tls: options.tls,
  };
}

/** For times that Node keeps itself. */
const nodeTimer = { max: 2_147_483_647, integer: true };
