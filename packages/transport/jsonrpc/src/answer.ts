import { ServiceError } from '@fairlead/endpoint';
import { errorObject, type JsonrpcErrorObject } from './status.ts';

/** What a call ends with: the text of its answer, and 0 or the code of its error. */
export interface Answer {
  readonly status: number;
  /** Undefined for a notification, which has no answer. */
  readonly text: string | undefined;
}

/** The answer of a call that went well. `undefined` becomes `null`: an answer must have a result. */
export function resultAnswer(id: string | undefined, result: unknown): Answer {
  const text = toJson(result === undefined ? null : result);
  return { status: 0, text: id && `{"jsonrpc":"2.0","result":${text},"id":${id}}` };
}

/** The answer of a call that failed. */
export function errorAnswer(id: string | undefined, error: JsonrpcErrorObject): Answer {
  const text = toJson(error);
  return { status: error.code, text: id && `{"jsonrpc":"2.0","error":${text},"id":${id}}` };
}

/** The answer of a call whose error could not even be encoded. */
export function bareErrorAnswer(id: string | undefined): Answer {
  return errorAnswer(id, errorObject(new ServiceError('internal', 'internal error')));
}

function toJson(value: unknown): string {
  // Typed as a string, but of a function or a symbol there is no JSON.
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON`);
  return text;
}
