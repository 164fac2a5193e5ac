import type { RequestListener } from 'node:http';
import type { Context, Endpoint, ServiceError } from '@fairlead/endpoint';
import type { ServerCall, ServerHooks } from '@fairlead/transport';
import express, { type RequestHandler } from 'express';
import type { RequestHandler as Express4Handler } from 'express4';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  createHttpClient,
  createHttpServer,
  type HttpClientCall,
  type HttpHandler,
  type HttpHandlerOptions,
  httpHandler,
  httpStatus,
  jsonBody,
  type NodeServerCall,
} from './index.ts';

interface SumRequest {
  readonly a: number;
  readonly b: number;
}

const sum = async ({ a, b }: SumRequest) => ({ v: a + b });
const sumSchema = z.object({ a: z.number(), b: z.number() });

describe('httpHandler', () => {
  it('takes an endpoint and a schema whose output is its request', () => {
    expectTypeOf(httpHandler(sum, { decode: jsonBody(sumSchema) })).toEqualTypeOf<HttpHandler>();
    httpHandler(sum, { decode: jsonBody(v.object({ a: v.number(), b: v.number() })) });
    httpHandler(sum, { decode: jsonBody<SumRequest>() });
    httpHandler(sum, { decode: () => ({ a: 1, b: 2 }) });
    httpHandler(sum, { decode: async () => ({ a: 1, b: 2, more: true }) });
  });

  it('goes by the output of a schema, not by its input', () => {
    const born = async (request: { born: Date }) => request.born.getTime();
    httpHandler(born, {
      decode: jsonBody(z.object({ born: z.string().transform((s) => new Date(s)) })),
    });
    // @ts-expect-error the schema makes a text, the endpoint wants a Date
    httpHandler(born, { decode: jsonBody(z.object({ born: z.string() })) });
  });

  it('refuses a decoder that makes something else', () => {
    // @ts-expect-error b is missing
    httpHandler(sum, { decode: jsonBody(z.object({ a: z.number() })) });
    // @ts-expect-error b is a text
    httpHandler(sum, { decode: jsonBody(z.object({ a: z.number(), b: z.string() })) });
    // @ts-expect-error b may be absent
    httpHandler(sum, { decode: jsonBody(z.object({ a: z.number(), b: z.number().optional() })) });
    // @ts-expect-error the decoder makes nothing
    httpHandler(sum, { decode: async () => {} });
    // @ts-expect-error without a decoder there is no request
    httpHandler(sum, {});
  });

  it('takes the word of a sender for what the endpoint wants', () => {
    httpHandler(sum, { decode: jsonBody() });
    // @ts-expect-error the word given is another
    httpHandler(sum, { decode: jsonBody<{ a: number }>() });
  });

  it('is what node:http, Express and createHttpServer take', () => {
    expectTypeOf<HttpHandler>().toExtend<RequestListener>();
    expectTypeOf<HttpHandler>().toExtend<RequestHandler>();
    expectTypeOf<HttpHandler>().toExtend<Express4Handler>();
    const handler = httpHandler(sum, { decode: jsonBody(sumSchema) });
    express().post('/sum', handler).use('/mounted', handler);
    createHttpServer(handler);
    createHttpServer(express());
  });

  it('types what hooks and codecs see', () => {
    httpHandler(sum, {
      decode: async (request, ctx) => {
        expectTypeOf(ctx).toEqualTypeOf<Context>();
        expectTypeOf(request.params['id']).toEqualTypeOf<string | undefined>();
        expectTypeOf(request.query).toEqualTypeOf<URLSearchParams>();
        expectTypeOf(await request.json()).toEqualTypeOf<unknown>();
        expectTypeOf(await request.json<SumRequest>()).toEqualTypeOf<SumRequest>();
        return request.json(sumSchema);
      },
      encode: (response, call) => {
        expectTypeOf(response).toEqualTypeOf<{ v: number }>();
        expectTypeOf(call).toEqualTypeOf<NodeServerCall>();
        return { status: 200, headers: {}, body: String(response.v) };
      },
      encodeError: (error) => {
        expectTypeOf(error).toEqualTypeOf<ServiceError>();
        return { status: 500, headers: { 'set-cookie': ['a', 'b'] }, body: undefined };
      },
      before: [
        (ctx, call) => (call.request.url === '/' ? ctx : undefined),
        async (ctx) => ctx,
        () => {},
      ],
      after: [(_ctx, _call, response) => void expectTypeOf(response.v).toEqualTypeOf<number>()],
      onError: (error) => expectTypeOf(error).toEqualTypeOf<unknown>(),
      finalize: [(_ctx, _call, { status }) => void expectTypeOf(status).toEqualTypeOf<number>()],
    });
    // @ts-expect-error a before hook hands on a context or nothing
    httpHandler(sum, { decode: jsonBody(sumSchema), before: [() => 'context'] });
  });

  it('takes hooks that serve every transport', () => {
    const hooks: ServerHooks<ServerCall, unknown> = {
      before: [
        (_ctx, call) =>
          void call.responseMetadata.set('x-a', call.requestMetadata.get('x-a') ?? ''),
      ],
      after: [() => {}],
      finalize: [() => {}],
    };
    const options: HttpHandlerOptions<SumRequest, { v: number }> = {
      decode: jsonBody(sumSchema),
      ...hooks,
    };
    httpHandler(sum, options);
    httpHandler(sum, { decode: jsonBody(sumSchema), ...hooks });
  });

  it('lets a response choose its status, as a number', () => {
    httpHandler(async () => ({ id: 7, [httpStatus]: 201 }), { decode: () => undefined });
  });
});

describe('createHttpClient', () => {
  const client = createHttpClient('http://localhost');

  it('makes an endpoint of what it is told', () => {
    const call = client.endpoint<SumRequest, { v: number }>({ path: '/sum' });
    expectTypeOf(call).toEqualTypeOf<Endpoint<SumRequest, { v: number }>>();
    expectTypeOf(call).toExtend<
      typeof sum extends Endpoint<infer Q, infer S> ? Endpoint<Q, S> : never
    >();
  });

  it('infers request and response from the codecs', () => {
    const call = client.endpoint({
      path: '/sum',
      encode: (request: SumRequest) => ({ json: request }),
      decode: jsonBody(z.object({ v: z.number() })),
    });
    expectTypeOf(call).toEqualTypeOf<Endpoint<SumRequest, { v: number }>>();
    const dated = client.endpoint({
      path: '/',
      decode: jsonBody(z.object({ at: z.coerce.date() })),
    });
    expectTypeOf(dated).returns.resolves.toEqualTypeOf<{ at: Date }>();
  });

  it('knows nothing of a response that nobody described', () => {
    expectTypeOf(client.endpoint({ path: '/' })).returns.resolves.toEqualTypeOf<unknown>();
  });

  it('refuses a codec that does not fit', () => {
    const decode = jsonBody(z.object({ v: z.number() }));
    // @ts-expect-error the schema makes another response
    client.endpoint<SumRequest, { v: string }>({ path: '/', decode });
    // @ts-expect-error there is no endpoint without a path
    client.endpoint<SumRequest, { v: number }>({});
    // @ts-expect-error a query is text
    client.endpoint({ path: '/', encode: () => ({ query: { page: 1 } }) });
  });

  it('types its hooks', () => {
    client.endpoint({
      path: '/',
      before: [
        (_ctx, call) => {
          expectTypeOf(call).toEqualTypeOf<HttpClientCall>();
          call.requestMetadata.set('x-a', 'b');
        },
      ],
      onError: (_error, _ctx, call) =>
        expectTypeOf(call).toEqualTypeOf<HttpClientCall | undefined>(),
    });
  });
});
