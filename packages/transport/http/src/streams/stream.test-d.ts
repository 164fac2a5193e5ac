import { background, type Endpoint } from '@fairlead/endpoint';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  createHttpClient,
  type EventToSend,
  eventStreamBody,
  eventStreamReply,
  httpHandler,
  jsonBody,
  ndjsonBody,
  ndjsonReply,
  ndjsonRequest,
  route,
  type ServerSentEvent,
  serverSentEvents,
  streamReply,
} from '../index.ts';

interface Tick {
  readonly n: number;
}

declare const watch: Endpoint<{ symbol: string }, AsyncIterable<Tick>>;
declare const sum: Endpoint<AsyncIterable<Tick>, number>;
const client = createHttpClient('http://localhost');
const decode = jsonBody<{ symbol: string }>();
const tick = z.object({ n: z.number() });

describe('a handler of streams', () => {
  it('takes an encoder of streams for an endpoint that answers with one', () => {
    httpHandler(watch, { decode, encode: ndjsonReply() });
    httpHandler(watch, { decode, encode: eventStreamReply() });
    httpHandler(watch, { decode, encode: streamReply({ heartbeatMs: 1000 }) });
    httpHandler(watch, {
      decode,
      encode: eventStreamReply({ event: ({ n }) => ({ id: String(n) }) }),
    });
    route('GET', '/ticks/:symbol', watch, {
      decode: ({ params }) => params,
      encode: streamReply(),
    });
  });

  it('refuses one for an endpoint that does not', () => {
    // @ts-expect-error a number is no stream
    httpHandler(sum, { decode: ndjsonBody<Tick>(), encode: ndjsonReply() });
    httpHandler(watch, {
      decode,
      // @ts-expect-error a tick has no id
      encode: eventStreamReply({ event: ({ id }) => ({ id }) }),
    });
    // @ts-expect-error an id is a text
    eventStreamReply<Tick>({ event: ({ n }) => ({ id: n }) });
  });

  it('takes a decoder of streams for an endpoint that wants one', () => {
    httpHandler(sum, { decode: ndjsonBody<Tick>() });
    httpHandler(sum, { decode: ndjsonBody(tick, { maxLineBytes: 100 }) });
    route('POST', '/ticks/:symbol', sum, { decode: ndjsonBody(tick) });
    route('POST', '/ticks/:symbol', sum, {
      decode: (request, ctx) => ndjsonBody(tick)(request, ctx),
    });
    // @ts-expect-error the messages are texts
    httpHandler(sum, { decode: ndjsonBody(z.string()) });
    // @ts-expect-error the endpoint wants no stream
    httpHandler(watch, { decode: ndjsonBody(tick) });
    // @ts-expect-error events are replies
    httpHandler(sum, { decode: eventStreamBody(tick) });
  });
});

describe('a client of streams', () => {
  it('answers with the messages that the decoder makes', () => {
    const options = { path: '/ticks', method: 'GET' };
    expectTypeOf(
      client.endpoint({ ...options, decode: ndjsonBody(tick) }),
    ).returns.resolves.toEqualTypeOf<AsyncIterable<{ n: number }>>();
    expectTypeOf(
      client.endpoint({ ...options, decode: eventStreamBody<Tick>() }),
    ).returns.resolves.toEqualTypeOf<AsyncIterable<Tick>>();
    expectTypeOf(
      client.endpoint({ ...options, decode: serverSentEvents() }),
    ).returns.resolves.toEqualTypeOf<AsyncIterable<ServerSentEvent>>();
    // @ts-expect-error the messages are numbers
    client.endpoint<void, AsyncIterable<string>>({ ...options, decode: ndjsonBody(z.number()) });
  });

  it('sends the messages of a stream', () => {
    const upload = client.endpoint<AsyncIterable<Tick>, number>({
      path: '/',
      encode: ndjsonRequest,
    });
    expectTypeOf(upload).toEqualTypeOf<Endpoint<AsyncIterable<Tick>, number>>();
    // @ts-expect-error one message is no stream
    void upload({ n: 1 }, background);
    // @ts-expect-error the requests are no stream
    client.endpoint<Tick, number>({ path: '/', encode: ndjsonRequest });
  });
});

describe('an event', () => {
  it('has a message or a text', () => {
    expectTypeOf<{ data: Tick; id: string }>().toExtend<EventToSend>();
  });
});
