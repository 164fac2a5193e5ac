import type { HttpHeaders } from './status.ts';

/** A reply, ready to be sent. Whoever sends it sets its length, or sends it in chunks. */
export interface HttpReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  /**
   * Undefined for no body. A stream is read as fast as the other end takes it, and closed with
   * `return()` when nobody wants more: the client has left, or the call's context has ended. What it
   * rejects with breaks the connection off, so that nobody takes a part for the whole.
   */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined;
  /**
   * For a streamed body that tells its errors itself and then ends well: asked after its end, what it
   * told, or undefined where all went well. Such a body also sees to the deadline of its call: it
   * ends by itself, soon after its context has.
   */
  readonly streamError?: (() => unknown) | undefined;
}
