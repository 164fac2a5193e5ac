import type { Endpoint } from '@fairlead/endpoint';
import { expectTypeOf } from 'vitest';
import { createMemoryClient } from './client.ts';
import { createMemoryServer, type MemoryServer } from './listener.ts';
import { memoryHandler } from './server.ts';

interface SumRequest {
  readonly a: number;
  readonly b: number;
}

/** An interface, as most services are declared; it has no index signature. */
interface AddService {
  readonly sum: Endpoint<SumRequest, { v: number }>;
  readonly concat: Endpoint<{ a: string }, string>;
}

declare const add: AddService;
declare const find: Endpoint<Date, URL>;

// A client of a service is the service.
const client = createMemoryClient(createMemoryServer(add));
expectTypeOf(client.service()).toEqualTypeOf<AddService>();
expectTypeOf(client.endpoint('sum')).toEqualTypeOf<AddService['sum']>();
expectTypeOf(createMemoryServer(client.service())).toEqualTypeOf<MemoryServer<AddService>>();

// Plain functions are endpoints, and hooks change no type.
const plain = createMemoryClient(
  createMemoryServer({
    double: async (n: number) => 2 * n,
    find: memoryHandler(find, { idempotent: true, before: [(ctx) => ctx] }),
  }),
);
expectTypeOf(plain.endpoint('double')).toEqualTypeOf<Endpoint<number, number>>();
expectTypeOf(plain.endpoint('find', { timeoutMs: 5 })).toEqualTypeOf<Endpoint<Date, URL>>();

// Codecs say what crosses.
const text = createMemoryClient(
  createMemoryServer({
    find: memoryHandler(find, {
      decode: (iso: string) => new Date(iso),
      encode: async (url) => ({ href: url.href }),
    }),
  }),
);
expectTypeOf(text.endpoint('find')).toEqualTypeOf<Endpoint<string, { href: string }>>();
expectTypeOf(
  text.endpoint('find', {
    encode: (date: Date) => date.toISOString(),
    decode: ({ href }) => new URL(href),
  }),
).toEqualTypeOf<Endpoint<Date, URL>>();

// @ts-expect-error the message is a text
text.endpoint('find', { encode: (date: Date) => date });
// @ts-expect-error there is no such method
text.endpoint('lose');
// @ts-expect-error what a call returns says nothing about what it takes
expectTypeOf<Endpoint<number, string>>(text.endpoint('find'));
// @ts-expect-error not every member is an endpoint
createMemoryServer({ ...add, version: 1 });
// @ts-expect-error a synchronous function is no endpoint: lift it
createMemoryServer({ now: () => 1 });
// @ts-expect-error the endpoint takes a Date
memoryHandler(find, { decode: (iso: string) => iso });
