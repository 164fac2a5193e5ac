import type { Clock, Context, ServiceError } from '@fairlead/endpoint';
import type { ServerHooks } from '@fairlead/transport';
import type { HttpClientTls } from '../client.ts';
import type { HttpReply } from '../reply.ts';
import type { ForwardedPolicy } from './forwarded.ts';
import type { ProxyCall, ProxyReply } from './proxy-call.ts';

/** Where calls go: one base URL, or one for each call, as a balancer or the request's headers choose it. */
export type ProxyTarget =
  | string
  | URL
  | ((call: ProxyCall, ctx: Context) => string | URL | Promise<string | URL>);

/** What a proxy is told. Every time is in milliseconds. */
export interface ReverseProxyOptions extends ServerHooks<ProxyCall, ProxyReply> {
  /** Makes the reply of an error. Default: `problemReply`. */
  readonly encodeError?:
    | ((error: ServiceError, call: ProxyCall, ctx: Context) => HttpReply | Promise<HttpReply>)
    | undefined;
  /** What callers may say of where they come from. Default `replace`: nothing. */
  readonly forwarded?: ForwardedPolicy | undefined;
  /** Hands on the caller's `Host`. Default: no, the target sees its own. */
  readonly preserveHost?: boolean | undefined;
  /** The name under which the proxy adds itself to `Via`. Default `fairlead`. */
  readonly via?: string | undefined;
  /** The longest that a call may take, its bodies included; a caller may ask for less. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** How long a target may say nothing and read nothing; then 504, or the reply is cut off; 0 for no limit. Default 60 000. */
  readonly idleTimeoutMs?: number | undefined;
  /** How long a connection may take to be made; then 504. Default 10 000. */
  readonly connectTimeoutMs?: number | undefined;
  /** The largest body that is handed on, in bytes; a larger one gets 413. Default: no limit, nothing of it is kept. */
  readonly maxBodyBytes?: number | undefined;
  /** How many connections to one target may be open at once; a call beyond that waits. Default 256. */
  readonly connections?: number | undefined;
  /** How long an idle connection is kept. Default 4000: less than a server keeps its own end. */
  readonly keepAliveMs?: number | undefined;
  /** For `https` targets: what to trust and who to be. Default: Node's own certificate authorities. */
  readonly tls?: HttpClientTls | undefined;
  /** The operation's name for logs, metrics and traces. Default: the HTTP method. */
  readonly name?: string | undefined;
  /** The service's name for the same. Default: empty. */
  readonly service?: string | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}
