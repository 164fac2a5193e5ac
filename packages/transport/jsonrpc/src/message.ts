import { checkJsonType, type NodeServerCall, parseJson } from '@fairlead/http';
import { idTokens } from './id-token.ts';
import { invalidRequest, messageError, parseError, record } from './status.ts';

/** The body of a request: one message, or a batch of them. */
export interface Messages {
  readonly isBatch: boolean;
  readonly messages: readonly Message[];
}

/** One message, before anybody knows whether it is a request. */
export interface Message {
  readonly value: unknown;
  /** The JSON text of its id, exactly as it was sent; undefined where there is none. */
  readonly id: string | undefined;
}

/** Limits of a body. */
export interface MessageLimits {
  readonly maxJsonDepth: number;
  readonly maxBatchSize: number;
}

/**
 * Reads the messages of a body. What cannot be read is an error with the code -32700, an empty batch
 * and one over the limit with -32600; a wrong content type and a body over its limit stay what they
 * are over HTTP.
 */
export async function readMessages(http: NodeServerCall, limits: MessageLimits): Promise<Messages> {
  checkJsonType(http.headers['content-type']?.replace(ownTypes, 'application/json'));
  // Whoever parsed the body before has the ids as JavaScript has them: large numbers are rounded.
  const parsed = parsedBody(http);
  if (parsed !== undefined) return toMessages(parsed, undefined, limits);
  const bytes = await http.bytes();
  return toMessages(parse(bytes, limits.maxJsonDepth), () => idTokens(bytes.toString()), limits);
}

/** What drafts of JSON-RPC over HTTP call its type; some clients still do. */
const ownTypes = /^application\/json(?:-rpc|request)(?![^;\s])/i;

/** The value that a body parser has left that ran before; undefined where there is none. */
function parsedBody({ request }: NodeServerCall): unknown {
  const { body } = request as { readonly body?: unknown }; // Express puts it there.
  const isText = typeof body === 'string' || body instanceof Uint8Array;
  return request.readableDidRead && !isText ? body : undefined;
}

function parse(bytes: Buffer, maxDepth: number): unknown {
  try {
    return parseJson(bytes, maxDepth);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw messageError(parseError, reason, error);
  }
}

function toMessages(
  value: unknown,
  tokens: (() => readonly (string | undefined)[]) | undefined,
  { maxBatchSize }: MessageLimits,
): Messages {
  const isBatch = Array.isArray(value);
  const values: readonly unknown[] = isBatch ? value : [value];
  if (values.length === 0) throw messageError(invalidRequest, 'the batch is empty');
  if (values.length > maxBatchSize) {
    throw messageError(invalidRequest, `the batch has more than ${maxBatchSize} messages`);
  }
  const ids = tokens?.() ?? values.map((message) => JSON.stringify(record(message)?.['id']));
  return { isBatch, messages: values.map((message, i) => ({ value: message, id: ids[i] })) };
}
