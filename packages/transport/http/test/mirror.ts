import type { RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { createHttpClient, type HttpClientOptions } from '../src/index.ts';
import { serve } from './hosts.ts';

/** A client of a server that a test plays itself; both end with the test. */
export async function clientOf(listener: RequestListener, options?: HttpClientOptions, path = '') {
  const { server, url } = await serve(listener);
  const client = createHttpClient(url + path, options);
  onTestFinished(() => client.close());
  return { server, client, url };
}

/** A server that answers with what it was asked. */
export const mirror: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
};

export interface Mirrored {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
