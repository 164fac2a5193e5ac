import { type ContextKey, contextKey } from './context.ts';

/** How many messages go each way in a call. */
export type OperationKind = 'unary' | 'server_stream' | 'client_stream' | 'bidi_stream';

/**
 * What is being called. A transport or a balancer puts it into the context, so that metrics, logs
 * and traces need no name passed by hand.
 */
export interface Operation {
  /** Which side of the call this process is on. */
  readonly side: 'server' | 'client';
  /** The transport: `http`, `grpc`, … */
  readonly transport: string;
  /** The service, as the transport names it: `pb.Add`; empty where it has no notion of one. */
  readonly service: string;
  /** The method: `Sum` over gRPC, `POST /sum` over HTTP. Bounded: never holds a path with ids in it. */
  readonly method: string;
  readonly kind: OperationKind;
  /** Whether calling twice does no more than calling once, so that a retry is safe. */
  readonly idempotent: boolean;
  /** The other end: its address as `host:port` or `host`; undefined where nobody knows. */
  readonly peer?: string | undefined;
  /** Which try of the same call this is, from 1. Set by whoever tries again. */
  readonly attempt?: number | undefined;
}

/** The context's value for the {@link Operation} that is being called. */
export const operation: ContextKey<Operation> = contextKey('operation');
