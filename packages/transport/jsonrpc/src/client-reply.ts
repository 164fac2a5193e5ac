import { ServiceError } from '@fairlead/endpoint';
import { type HttpClientReply, problemError } from '@fairlead/http';
import { errorOf, type JsonrpcErrorObject, record } from './status.ts';

/** What a server answered to one request. */
export type Answered =
  | { readonly result: unknown; readonly error?: undefined }
  | { readonly error: JsonrpcErrorObject };

/** The reply to one POST: HTTP's part, and the answers in it. */
export interface JsonrpcReply {
  readonly http: HttpClientReply;
  /** The answer to the request with an id, or a ServiceError that says why there is none. */
  answerTo(id: number): Answered | ServiceError;
  /** What went wrong with a POST that held nothing but a notification; undefined where nothing did. */
  readonly failure: ServiceError | undefined;
}

/**
 * Reads a reply. Tolerated, since servers do it: an error whose id is null, which then is the answer
 * to every request that has no other (Go kit up to 0.10); no `result` where it is empty (Go kit);
 * `error: null` beside a result; an HTTP status of its own for an error. Not tolerated: another
 * version than "2.0", another id than was sent.
 */
export async function readReply(http: HttpClientReply): Promise<JsonrpcReply> {
  const isOk = http.status >= 200 && http.status < 300;
  let messages: readonly unknown[];
  try {
    const value = await http.json();
    messages = value === undefined ? [] : [value].flat();
  } catch (error) {
    return failed(http, isOk ? ServiceError.from(error) : problemError(http));
  }
  const answers = messages.map(record).filter((message) => message?.['jsonrpc'] === '2.0');
  if (!isOk && answers.length === 0) return failed(http, problemError(http));
  if (answers.length < messages.length) {
    return failed(http, unreadable('it has a message that is not JSON-RPC 2.0'));
  }
  return withAnswers(http, answers);
}

type AnswerMessage = Readonly<Record<string, unknown>> | undefined;

function withAnswers(http: HttpClientReply, answers: readonly AnswerMessage[]): JsonrpcReply {
  const byId = new Map(answers.map((answer) => [answer?.['id'], answer]));
  const whole = answers.find(
    (answer) => !isPresent(answer?.['id']) && isPresent(answer?.['error']),
  );
  const error = whole && errorMember(whole['error']);
  return {
    http,
    answerTo(id) {
      const answer = byId.get(id) ?? whole;
      if (answer === undefined) return unreadable(`it has no answer to the request with id ${id}`);
      if (!isPresent(answer['error'])) return { result: answer['result'] };
      return { error: errorMember(answer['error']) };
    },
    failure: error && errorOf(error),
  };
}

function failed(http: HttpClientReply, failure: ServiceError): JsonrpcReply {
  return { http, answerTo: () => failure, failure };
}

/** An error as the specification has it, of whatever a server put there: 1.0 let it be anything. */
function errorMember(value: unknown): JsonrpcErrorObject {
  const { code, message, data } = record(value) ?? {};
  return {
    code: typeof code === 'number' ? code : 0,
    message:
      typeof message === 'string' ? message : 'the server answered with an error without a message',
    data,
  };
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A reply that is not what it should be is the server's fault, not the caller's. */
export function unreadable(reason: string, cause?: unknown): ServiceError {
  return new ServiceError('internal', `unreadable reply: ${reason}`, { cause });
}
