import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createHttpServer } from '@fairlead/http';

/** What came back over HTTP. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A handler that listens, and a way to send it bodies as they are. */
export interface Host extends AsyncDisposable {
  readonly url: string;
  post(body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Reply>;
}

/** Serves a listener on a free port. */
export async function host(listener: RequestListener): Promise<Host> {
  const server = createHttpServer(listener);
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    async post(body, headers = { 'content-type': 'application/json' }) {
      // As a copy without a type of its own: fetch would add one to a string.
      const bytes = new Uint8Array(Buffer.from(body));
      const reply = await fetch(url, { method: 'POST', body: bytes, headers });
      return { status: reply.status, headers: reply.headers, body: await reply.text() };
    },
    [Symbol.asyncDispose]: () => server.close({ graceMs: 0 }),
  };
}

/** A server that says what a test tells it to, and remembers what it was sent. */
export interface Scripted extends Host {
  readonly bodies: string[];
}

/** Answers each body with what `script` makes of it. */
export async function scripted(
  script: (body: string, response: ServerResponse, request: IncomingMessage) => string | undefined,
): Promise<Scripted> {
  const bodies: string[] = [];
  const serving = await host(async (request, response) => {
    const body = await text(request);
    bodies.push(body);
    const answer = script(body, response, request);
    if (answer === undefined) return;
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  });
  return { ...serving, bodies };
}
