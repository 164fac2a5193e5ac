import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { Hono } from 'hono';
import { describe, expectTypeOf, it } from 'vitest';
import { fetchHandler as bareFetchHandler } from './fetch.ts';
import {
  createHttpServer,
  type FetchHandler,
  type FetchServerCall,
  fetchHandler,
  fetchRoutes,
  type HttpHandler,
  type HttpHandlerOptions,
  type HttpServerCall,
  httpHandler,
  type NodeServerCall,
  route,
  routes,
} from './index.ts';

const decode = () => undefined;
const endpoint = async () => 'ok';

describe('fetchHandler', () => {
  it('is what hosts of the fetch standard take', () => {
    const handler = fetchHandler(endpoint, { decode });
    expectTypeOf(handler).toEqualTypeOf<FetchHandler>();
    expectTypeOf(bareFetchHandler).toEqualTypeOf(fetchHandler);
    expectTypeOf(handler).toExtend<(request: Request) => Promise<Response>>();
    // Whatever a host hands over besides is its own affair.
    expectTypeOf(handler).toExtend<(request: Request, server: { upgrade(): void }) => unknown>();
    getRequestListener(handler);
    new Hono().get('/:id', ({ req }) => handler.serve(req.raw, { params: req.param() }));
  });

  it('shows its hooks the request of the host, and nothing of Node', () => {
    fetchHandler(endpoint, {
      decode,
      before: [
        (_ctx, call) => {
          expectTypeOf(call).toEqualTypeOf<FetchServerCall>();
          expectTypeOf(call.request).toEqualTypeOf<Request>();
          // @ts-expect-error there is no response before there is an answer
          call.response;
        },
      ],
    });
  });
});

describe('options', () => {
  it('for every host fit each of them', () => {
    const options: HttpHandlerOptions<undefined, string> = {
      decode,
      before: [
        (_ctx, call) => {
          expectTypeOf(call).toEqualTypeOf<HttpServerCall>();
          // @ts-expect-error which host it is must be asked first
          call.response;
          if (call.host === 'node') expectTypeOf(call.response).toEqualTypeOf<ServerResponse>();
          else expectTypeOf(call.request).toEqualTypeOf<Request>();
        },
      ],
    };
    httpHandler(endpoint, options);
    fetchHandler(endpoint, options);
    const nodes = [route('GET', '/', endpoint, options)];
    expectTypeOf(routes(nodes)).toEqualTypeOf<HttpHandler>();
    expectTypeOf(fetchRoutes(nodes)).toEqualTypeOf<FetchHandler>();
  });

  it('for Node fit Node alone', () => {
    const options: HttpHandlerOptions<undefined, string, NodeServerCall> = { decode };
    httpHandler(endpoint, options);
    // @ts-expect-error its hooks look for Node's objects
    fetchHandler(endpoint, options);
    // @ts-expect-error routes may be served by any host
    route('GET', '/', endpoint, options);
  });
});

describe('createHttpServer', () => {
  it('takes handlers for both versions, and listeners of HTTP/1.1 for that one', () => {
    const handler = httpHandler(endpoint, { decode });
    createHttpServer(handler, { http2: true });
    createHttpServer(handler, { http2: { maxConcurrentRequests: 10 }, tls: { key: '', cert: '' } });
    createHttpServer(express(), { maxHeaders: 10, tls: {} });
    // @ts-expect-error Express knows no HTTP/2
    createHttpServer(express(), { http2: true });
    expectTypeOf(handler).toExtend<RequestListener>();
    expectTypeOf(handler).toExtend<
      (request: Http2ServerRequest, response: Http2ServerResponse) => void
    >();
    expectTypeOf<Parameters<HttpHandler>[0]>().toEqualTypeOf<
      IncomingMessage | Http2ServerRequest
    >();
  });
});
