import type { Operation } from '@fairlead/endpoint';
import type { ClientCall, Outcome, ServerCall } from '@fairlead/transport';
import type { Attributes } from '@opentelemetry/api';

/** What the semantic conventions say of a kind of call. */
export interface Convention {
  /** The histogram of how long calls take, for each side. */
  readonly duration: Readonly<Record<Operation['side'], string>>;
  /** What tells the calls of one server apart, with few values: for metrics, and for spans as well. */
  dimensions(call: ServerCall | ClientCall): Attributes;
  /** Adds what a span has besides. */
  addDetails(
    attributes: Attributes,
    call: ServerCall | ClientCall,
    attempt: number | undefined,
  ): void;
  /** The name of a span; few values as well. */
  spanName(call: ServerCall | ClientCall, dimensions: Attributes): string;
  /** What there is to say when a call has ended. */
  verdict(operation: Operation, outcome: Outcome): Verdict;
}

/** How a call ended, in the terms of its conventions. */
export interface Verdict {
  /** The attributes of its ending: the status as it went over the wire, and `error.type` where it failed. */
  readonly attributes: Attributes;
  /** Whether this side calls it a failure: a server does not, where the fault was its caller's. */
  readonly isFailure: boolean;
}
