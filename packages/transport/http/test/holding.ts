import type { ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { createHttpClient, type HttpClientOptions } from '../src/index.ts';
import { deferred } from './deferred.ts';
import { serve } from './hosts.ts';

/** A server that holds every request until the test lets it go, and a client of it. */
export async function holding(options?: HttpClientOptions) {
  const held: ServerResponse[] = [];
  const closed: Promise<unknown>[] = [];
  let more = deferred();
  const { server, url } = await serve((_request, response) => {
    held.push(response);
    closed.push(
      new Promise((resolve) => response.once('close', () => resolve(response.writableFinished))),
    );
    more.resolve();
    more = deferred();
  });
  const client = createHttpClient(url, options);
  onTestFinished(() => client.close());
  return {
    server,
    client,
    held,
    closed,
    /** Waits until this many requests have come. */
    async came(count: number): Promise<void> {
      while (held.length < count) await more.promise;
    },
  };
}
