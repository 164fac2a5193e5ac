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
import { describe, it } from 'vitest';
import type { HttpEndpointOptions } from './client/endpoint.ts';
import { createHttpClient } from './client.ts';
import { jsonBody } from './codecs/body.ts';
import { createHttpServer } from './listener.ts';
import { httpHandler } from './server.ts';
import type { HttpHandlerOptions } from './service.ts';
import { eventStreamBody } from './streams/event-stream-body.ts';
import { eventStreamReply } from './streams/event-stream-reply.ts';
import { ndjsonBody } from './streams/ndjson-body.ts';
import { ndjsonReply } from './streams/ndjson-reply.ts';

const binding: TransportBinding = {
  async pair(endpoint, { server: serverHooks = {}, client: clientHooks = {} }) {
    const handler = httpHandler(endpoint, {
      decode: (request) => request.json(),
      methods: ['POST'],
      ...serverHooks,
    });
    const server = createHttpServer(handler);
    const { port } = await server.listen();
    const client = createHttpClient(`http://127.0.0.1:${port}`);
    return {
      call: client.endpoint({ path: '/echo', ...clientHooks }),
      async close() {
        await client.close();
        await server.close({ graceMs: 0 });
      },
    };
  },
};

/** Pairs whose requests and responses are streams as the kind says. */
function streaming<Req, Res>(
  kind: OperationKind,
  decode: HttpHandlerOptions<Req, Res>['decode'],
  encode: HttpHandlerOptions<Req, Res>['encode'],
  reply: HttpEndpointOptions<Req, Res>['decode'],
): MakePair<Req, Res> {
  return async (endpoint, { server: serverHooks, client: clientHooks }) => {
    const handler = httpHandler(endpoint, { decode, encode, ...serverHooks });
    const server = createHttpServer(handler);
    const { port } = await server.listen();
    const client = createHttpClient(`http://127.0.0.1:${port}`);
    return {
      call: client.endpoint<Req, Res>({
        path: '/echo',
        decode: reply,
        kind,
        ...clientHooks,
      }),
      async close() {
        await client.close();
        await server.close({ graceMs: 0 });
      },
    };
  };
}

const json = jsonBody<Message>();
const ndjson = ndjsonBody<Message>();

const overNdjson: StreamBinding = {
  serverStream: streaming<Message, Messages>('server_stream', json, ndjsonReply(), ndjson),
  clientStream: streaming<Messages, Message>('client_stream', ndjson, undefined, json),
  bidiStream: streaming<Messages, Messages>('bidi_stream', ndjson, ndjsonReply(), ndjson),
};

const events = eventStreamBody<Message>();

const overEvents: StreamBinding = {
  serverStream: streaming<Message, Messages>('server_stream', json, eventStreamReply(), events),
  bidiStream: streaming<Messages, Messages>('bidi_stream', ndjson, eventStreamReply(), events),
};

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

describe('the HTTP transport', () => {
  for (const { name, run } of transportConformance(binding)) it(name, run);
});

describe('the symmetry law over HTTP', () => {
  for (const { name, run } of symmetryLaw(binding)) it(name, { timeout: lawTimeoutMs }, run);
});

describe('streams as NDJSON', () => {
  for (const { name, run } of streamConformance(overNdjson)) it(name, run);
});

describe('streams as Server-Sent Events', () => {
  const skips = { client_stream: 'events are responses' };
  for (const { name, run } of streamConformance(overEvents, skips)) it(name, run);
});
