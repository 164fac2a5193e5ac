import { ServiceError } from '@fairlead/endpoint';
import { encodeJson } from '../codecs/json-reply.ts';

/** The media type of Server-Sent Events, which knows no other character set than UTF-8. */
export const eventStreamType = 'text/event-stream';

/** The event that tells an error, with its problem+json. A browser hands it to `onerror`, with `data`. */
export const errorEvent = 'error';

/** The event after the last one: a browser cannot tell otherwise, and would open the stream again. */
export const endEvent = 'end';

/** One event as it is to be sent. */
export interface EventToSend {
  /** The message, sent as JSON. */
  readonly data?: unknown;
  /** Text to be sent as it is, instead of `data`; may have several lines. */
  readonly text?: string | undefined;
  /** The name of its kind, for `addEventListener`; `error` and `end` are ours. Default: none, which is `message`. */
  readonly event?: string | undefined;
  /** What a client that has lost the stream sends as `Last-Event-ID` to go on after this event. */
  readonly id?: string | undefined;
}

/** The text of one event. Throws for an id or a name that would break out of its line. */
export function eventText({ data, text, event, id }: EventToSend): string {
  if (event === errorEvent || event === endEvent) {
    throw new ServiceError(
      'internal',
      `an event cannot be named ${event}, which says how a stream ended: choose another name`,
    );
  }
  return field('id', id) + field('event', event) + dataLines(text ?? encodeJson(data));
}

/** The text of an event that says how the stream ended. */
export function endingText(event: string, data: string): string {
  return field('event', event) + dataLines(data);
}

function field(name: string, value: string | undefined): string {
  if (value === undefined) return '';
  if (/[\r\n\0]/.test(value)) {
    throw new ServiceError(
      'internal',
      `the ${name} of an event must be one line, but is ${JSON.stringify(value)}`,
    );
  }
  return `${name}: ${value}\n`;
}

function dataLines(text: string): string {
  // Most is JSON, which has no line breaks.
  const lines = /[\r\n]/.test(text) ? text.split(/\r\n|\r|\n/).join('\ndata: ') : text;
  return `data: ${lines}\n\n`;
}
