import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { createHttpServer, type HttpHandler } from '@fairlead/http';
import { onTestFinished } from 'vitest';

/** Serves until the test is over. */
export async function serve(
  handler: HttpHandler,
): Promise<{ readonly url: string; readonly port: number }> {
  const server = createHttpServer(handler);
  onTestFinished(() => server.close());
  const { port } = await server.listen();
  return { url: `http://127.0.0.1:${port}`, port };
}

/** Asks, with any headers at all, and reads the answer to its end. */
export async function ask(
  url: string,
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: OutgoingHttpHeaders;
    readonly body?: string;
  } = {},
): Promise<{ readonly status: number | undefined }> {
  const { method = 'GET', headers = {}, body } = options;
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const outgoing = request(url + path, { method, headers: { ...type, ...headers }, agent: false });
  outgoing.end(body);
  // Sound: that is what the event brings.
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode };
}
