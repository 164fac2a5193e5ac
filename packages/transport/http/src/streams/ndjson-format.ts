import { encodeJson } from '../codecs/json-reply.ts';

/** The media type of newline-delimited JSON, as it is sent. */
export const ndjsonType = 'application/x-ndjson; charset=utf-8';

/**
 * What begins the line of an error, before its problem+json. No JSON text begins like that, so it is
 * never a message, and a reader that does not know of it fails instead of taking it for one.
 */
export const errorMark = 'error ';

/** A message as it is sent. */
export function ndjsonLine(message: unknown): string {
  return `${encodeJson(message)}\n`;
}
