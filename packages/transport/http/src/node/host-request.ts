import type { IncomingMessage } from 'node:http';

/** What a host may have put on a request before our handler got it. */
export type HostRequest = IncomingMessage & {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
};

/**
 * What a body parser has made of the body. Express 4's puts an empty object there even where it left
 * the body alone, so what stands beside an unread body means nothing.
 */
export function parsedBody({ body, readableDidRead }: HostRequest): unknown {
  return readableDidRead === false ? undefined : body;
}

/** The bytes that a body parser has left of the body, as `express.raw` and `express.text` do. */
export function parsedBytes(request: HostRequest): Buffer | undefined {
  const body = parsedBody(request);
  return body instanceof Uint8Array || typeof body === 'string' ? Buffer.from(body) : undefined;
}
