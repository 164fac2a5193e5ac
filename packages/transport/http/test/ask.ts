import { type IncomingHttpHeaders, request } from 'node:http';

export interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with its length; a list is sent in chunks, without one. */
  readonly body?: string | Uint8Array | readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they please
  readonly json: any;
}

/** One request on a connection of its own, exactly as it is told. */
export function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = 'POST', path = '/', headers: given = {}, body } = question;
  return new Promise((resolve, reject) => {
    const whole = typeof body === 'string' || body instanceof Uint8Array ? body : undefined;
    const length =
      whole === undefined ? {} : { 'content-length': String(Buffer.byteLength(whole)) };
    const options = { method, headers: { ...length, ...given }, agent: false as const };
    const outgoing = request(new URL(path, url), options, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        const { statusCode: status = 0, statusMessage: reason = '', headers } = reply;
        resolve({ status, reason, headers, bytes, text, json: parsed(text) });
      });
    });
    outgoing.on('error', reject);
    if (whole === undefined)
      for (const chunk of (body as readonly string[] | undefined) ?? []) outgoing.write(chunk);
    outgoing.end(whole);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
