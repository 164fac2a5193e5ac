import { createServer } from 'node:http';
import { background, type Endpoint } from '@fairlead/endpoint';
import { createHttpClient } from '@fairlead/http';
import type { ServerCall, ServerHooks } from '@fairlead/transport';
import express from 'express';
import { z } from 'zod';
import { createJsonrpcClient, jsonrpcHandler, jsonrpcMethod } from './index.ts';

interface Sum {
  readonly a: number;
  readonly b: number;
}
declare const sum: Endpoint<Sum, { readonly v: number }>;
declare const hooks: ServerHooks<ServerCall, unknown>;

// A schema and a function decode what the endpoint takes, and nothing else.
const numbers = z.object({ a: z.number(), b: z.coerce.number() });
const method = jsonrpcMethod(sum, { decode: numbers, ...hooks });
jsonrpcMethod(sum, { decode: (params) => ({ a: Object(params).a, b: 1 }) });
jsonrpcMethod(sum, { decode: async (_params, ctx) => ({ a: ctx.remainingMs(), b: 1 }) });
jsonrpcMethod(sum, {
  decode: numbers,
  encode: ({ v }) => [v],
  after: [(_ctx, { id }, { v }) => void [id, v]],
});
// @ts-expect-error: the schema makes something else than the endpoint takes
jsonrpcMethod(sum, { decode: z.object({ a: z.string() }) });
// @ts-expect-error: so does the function
jsonrpcMethod(sum, { decode: () => ({ a: 1 }) });
// @ts-expect-error: nothing from outside is taken at its word
jsonrpcMethod(sum, {});

// The handler is one of node:http and of Express.
const handler = jsonrpcHandler({ sum: method });
createServer(handler);
express().post('/rpc', handler);
// @ts-expect-error: an endpoint must say how its parameters are decoded
jsonrpcHandler({ sum });

// A client has the types of its endpoints.
const client = createJsonrpcClient('http://localhost', { batch: {}, connections: 4 });
const typed: Endpoint<Sum, { readonly v: number }> = client.endpoint({ method: 'sum' });
const checked = client.endpoint({ method: 'sum', decode: z.object({ v: z.number() }) });
const response: Promise<{ v: number }> = checked({}, background);
client.endpoint({
  method: 'sum',
  encode: ({ a, b }: Sum) => [a, b],
  decode: (result) => String(result),
});
const notify: Endpoint<Sum, void> = client.notification({ method: 'sum' });
// @ts-expect-error: parameters are an object, an array, or nothing
client.endpoint({ method: 'sum', encode: (n: number) => n });
// @ts-expect-error: connections belong to the HTTP client that is handed in
createJsonrpcClient(createHttpClient('http://localhost'), { connections: 4 });
void [typed, response, notify];
