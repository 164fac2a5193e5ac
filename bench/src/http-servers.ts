import { namesOf } from './by-name.ts';
import type { HttpServerUnderLoad } from './http-load.ts';

/** A server with its name in the tables. */
export interface HttpServer extends HttpServerUnderLoad {
  readonly title: string;
}

export type HttpServerName =
  | 'fairlead'
  | 'plain'
  | 'again'
  | 'behindFetch'
  | 'onExpress'
  | 'express'
  | 'expressAgain'
  | 'fastify'
  | 'fastifySchema'
  | 'hono'
  | 'nest'
  | 'moleculer'
  | 'trpc'
  | 'connect';

/** Ours on every host, the same work without us, and what users would take instead. */
export const httpServers: Readonly<Record<HttpServerName, HttpServer>> = {
  fairlead: { script: 'servers/fairlead-http', title: 'ours' },
  plain: { script: 'servers/node-http', title: 'node:http' },
  again: { script: 'servers/node-http', title: 'node:http again' },
  behindFetch: { script: 'servers/fairlead-fetch', title: 'ours behind fetch' },
  onExpress: { script: 'servers/fairlead-express', title: 'ours on Express' },
  express: { script: 'servers/express', title: 'Express' },
  expressAgain: { script: 'servers/express', title: 'Express again' },
  fastify: { script: 'servers/fastify.mjs', title: 'Fastify' },
  fastifySchema: { script: 'servers/fastify-schema.mjs', title: 'Fastify with a schema' },
  hono: { script: 'servers/hono.mjs', title: 'Hono' },
  nest: { script: 'servers/nest.mjs', title: 'Nest on Fastify' },
  moleculer: { script: 'servers/moleculer.mjs', title: 'Moleculer' },
  trpc: { script: 'servers/trpc.mjs', title: 'tRPC' },
  connect: { script: 'servers/connect.mjs', title: 'Connect', path: '/pb.Add/Sum' },
};

export const httpServerNames: readonly HttpServerName[] = namesOf(httpServers);

/** Where it answers. */
export function pathOf(name: HttpServerName): string {
  return httpServers[name].path ?? '/sum';
}
