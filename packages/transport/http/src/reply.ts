import type { HttpHeaders } from './status.ts';

/** A whole reply, ready to be sent. Its length is set by whoever sends it. */
export interface HttpReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Undefined for no body. */
  readonly body: string | Uint8Array | undefined;
}
