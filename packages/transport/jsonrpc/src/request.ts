import type { ServiceError } from '@fairlead/endpoint';
import type { Message } from './message.ts';
import { invalidRequest, messageError, record } from './status.ts';

/** The parameters of a call: by name, by position, or none. */
export type JsonrpcParams = Readonly<Record<string, unknown>> | readonly unknown[] | undefined;

/** What a message says, where it is a request: a call, or a notification. */
export interface JsonrpcRequest {
  readonly method: string;
  readonly params: JsonrpcParams;
}

/** A message that is no request, and where to send the answer. */
export interface Refused {
  /** `null` where the id is no id, or there is none. */
  readonly id: string;
  readonly error: ServiceError;
}

/**
 * A message as a request, or why it is none. Two things count that the specification does not know,
 * since Go kit's clients write them: `jsonrpc: ""` (up to 0.10) and `params: null`. Unknown members
 * are ignored.
 */
export function toRequest({ value, id }: Message): JsonrpcRequest | Refused {
  const message = record(value);
  if (message === undefined) return refuse(undefined, 'a request must be an object');
  if (id !== undefined && !isId(id)) {
    return refuse(undefined, 'id must be a string, a number or null');
  }
  const { jsonrpc, method, params } = message;
  if (jsonrpc !== '2.0' && jsonrpc !== '') return refuse(id, 'jsonrpc must be "2.0"');
  if (typeof method !== 'string') return refuse(id, 'method must be a string');
  if (params === undefined || params === null) return { method, params: undefined };
  if (typeof params !== 'object') return refuse(id, 'params must be an object or an array');
  // Sound: an object that came out of JSON is an array or has members by name.
  return { method, params: params as JsonrpcParams };
}

function refuse(id: string | undefined, reason: string): Refused {
  const error = messageError(invalidRequest, `invalid request: ${reason}`);
  return { id: id ?? 'null', error };
}

/** Whether the JSON text of an id is that of a string, a number or null. */
function isId(token: string): boolean {
  return token === 'null' || /^["\d-]/.test(token);
}
