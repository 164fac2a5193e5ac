import type { ClientRequest, IncomingMessage } from 'node:http';
import type { NodeServerCall } from '../call.ts';
import type { NodeCall } from '../node/call.ts';
import type { ProxyHeaders } from './end-to-end.ts';

/** What is sent to the target. A `before` hook may change all of it. */
export interface ProxyRequest {
  method: string;
  /** The path below the target's own, and the query. */
  path: string;
  /** Without those of the caller's connection; `host` is the target's unless it is given here. */
  readonly headers: ProxyHeaders;
}

/** One call through a proxy, as its hooks see it. */
export interface ProxyCall extends NodeServerCall {
  readonly outgoing: ProxyRequest;
}

/** The head of what the target answered. An `after` hook may change it. */
export interface ProxyReply {
  status: number;
  /** Without those of the target's connection. */
  readonly headers: ProxyHeaders;
}

/** A call with what the proxy itself keeps of it. */
export type RelayedCall = NodeCall & {
  readonly outgoing: ProxyRequest;
  /** The request to the target, once there is one. */
  upstream: ClientRequest | undefined;
};

/** A reply whose body has yet to be read. */
export interface RelayedReply extends ProxyReply {
  readonly incoming: IncomingMessage;
}
