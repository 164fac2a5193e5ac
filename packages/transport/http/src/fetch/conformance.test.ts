import { createServer } from 'node:http';
import type { OperationKind } from '@fairlead/endpoint';
import {
  type MakePair,
  type Message,
  type Messages,
  type StreamBinding,
  streamConformance,
  symmetryLaw,
  type TransportBinding,
  transportConformance,
} from '@fairlead/testing';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, it } from 'vitest';
import { fetchBinding } from '../../test/fetch-binding.ts';
import type { HttpEndpointOptions } from '../client/endpoint.ts';
import { createHttpClient } from '../client.ts';
import { type FetchHandler, fetchHandler, type HttpHandlerOptions, jsonBody } from '../fetch.ts';
import { ndjsonBody } from '../streams/ndjson-body.ts';
import { ndjsonReply } from '../streams/ndjson-reply.ts';

/** Requests handed over as they are, with no wire. */
const direct = fetchBinding((handler) => {
  let isClosed = false;
  return {
    url: 'http://direct.test',
    fetch: (request) => (isClosed ? Promise.reject(new Error('closed')) : handler(request)),
    close: async () => {
      isClosed = true;
    },
  };
});

type Mount = (handler: FetchHandler) => Parameters<typeof getRequestListener>[0];

/** Puts a handler behind `node:http` by way of some framework, and joins the client of this package to it. */
async function serveBehindNode(mount: Mount, handler: FetchHandler) {
  const server = createServer(getRequestListener(mount(handler)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const client = createHttpClient(`http://127.0.0.1:${port}`);
  async function close(): Promise<void> {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return { client, close };
}

function behindNode(mount: Mount): TransportBinding {
  return {
    async pair(endpoint, { server: serverHooks = {}, client: clientHooks = {} }) {
      const handler = fetchHandler(endpoint, {
        decode: (request) => request.json(),
        methods: ['POST'],
        ...serverHooks,
      });
      const { client, close } = await serveBehindNode(mount, handler);
      return { call: client.endpoint({ path: '/echo', ...clientHooks }), close };
    },
  };
}

/** Pairs whose requests and responses are streams as the kind says. */
function streaming<Req, Res>(
  kind: OperationKind,
  decode: HttpHandlerOptions<Req, Res>['decode'],
  encode: HttpHandlerOptions<Req, Res>['encode'],
  reply: HttpEndpointOptions<Req, Res>['decode'],
): MakePair<Req, Res> {
  return async (endpoint, { server: serverHooks, client: clientHooks }) => {
    const handler = fetchHandler(endpoint, { decode, encode, ...serverHooks });
    const { client, close } = await serveBehindNode((same) => same, handler);
    const options = { path: '/echo', decode: reply, kind, ...clientHooks };
    return { call: client.endpoint<Req, Res>(options), close };
  };
}

const json = jsonBody<Message>();
const ndjson = ndjsonBody<Message>();

const streams: StreamBinding = {
  serverStream: streaming<Message, Messages>('server_stream', json, ndjsonReply(), ndjson),
  clientStream: streaming<Messages, Message>('client_stream', ndjson, undefined, json),
  bidiStream: streaming<Messages, Messages>('bidi_stream', ndjson, ndjsonReply(), ndjson),
};

const bindings: readonly (readonly [string, TransportBinding])[] = [
  ['handed requests as they are', direct],
  ["on Node's http", behindNode((handler) => handler)],
  [
    'on Hono',
    behindNode((handler) => new Hono().post('/echo', ({ req }) => handler(req.raw)).fetch),
  ],
];

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

describe.each(bindings)('fetchHandler %s', (_name, binding) => {
  for (const { name, run } of transportConformance(binding)) it(name, run);
  for (const { name, run } of symmetryLaw(binding))
    it(`keeps the law: ${name}`, { timeout: lawTimeoutMs }, run);
});

describe("streams of a fetchHandler, on Node's http", () => {
  for (const { name, run } of streamConformance(streams)) it(name, run);
});
