import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { onTestFinished } from 'vitest';
import type { HttpHandler } from '../src/index.ts';

/** Express 4 brings no types; what the tests use of it has not changed since. */
export const express4: typeof express = createRequire(import.meta.url)('express4');

export interface Served {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
}

/** Serves a listener on any free port of this machine until the test is over. */
export async function serve(listener: RequestListener): Promise<Served> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}` };
}

export interface Host {
  readonly name: string;
  /** Serves a handler for every method and path. */
  serve(handler: HttpHandler): Promise<Served>;
}

export const expressHosts: readonly { readonly name: string; readonly create: typeof express }[] = [
  { name: 'Express 5', create: express },
  { name: 'Express 4', create: express4 },
];

/** Everything that a handler can be mounted on. */
export const hosts: readonly Host[] = [
  { name: 'node:http', serve },
  ...expressHosts.map(({ name, create }) => ({
    name,
    serve: (handler: HttpHandler) => serve(create().use(handler)),
  })),
];

/** Serves an Express app. */
export function serveApp(app: Express): Promise<Served> {
  return serve(app);
}
