import { deepEqual, equal, throws } from 'node:assert/strict';
import { background, contextKey, operation, ServiceError } from '@fairlead/endpoint';
import type { ClientCall, ServerCall } from '@fairlead/transport';
import { type Requirement, withPair } from './binding.ts';
import { failureOfCall } from './expect.ts';

const tenant = contextKey<string>('tenant');

const refusedNames = [
  'bad name',
  '',
  'grpc-status',
  'Grpc-Message',
  'Content-Length',
  'transfer-encoding',
];

/** What stands beside a message arrives, both ways and beside errors, and cannot be misused. */
export const metadata: readonly Requirement[] = [
  [
    'carries metadata to the server, where hooks put it into the context',
    (binding) =>
      withPair(
        binding,
        async (_request, ctx) => ({ tenant: ctx.get(tenant) }),
        async (call) => deepEqual(await call({}, background), { tenant: 'harbour' }),
        {
          client: { before: [(_ctx, call) => call.requestMetadata.set('X-Tenant', 'harbour')] },
          server: {
            before: [
              (ctx, call) => ctx.with(tenant, call.requestMetadata.get('x-TENANT') ?? 'none'),
            ],
          },
        },
      ),
  ],
  [
    'carries metadata back beside a response',
    async (binding) => {
      const seen: (string | undefined)[] = [];
      await withPair(
        binding,
        async () => ({}),
        (call) => call({}, background),
        {
          server: { before: [(_ctx, call) => call.responseMetadata.set('x-served-by', 'pier 7')] },
          client: {
            after: [(_ctx, call) => void seen.push(call.responseMetadata.get('x-served-by'))],
          },
        },
      );
      deepEqual(seen, ['pier 7']);
    },
  ],
  [
    'carries metadata back beside an error',
    async (binding) => {
      const seen: (string | undefined)[] = [];
      await withPair(
        binding,
        async () => {
          throw new ServiceError('not_found', 'gone');
        },
        (call) => failureOfCall(call({}, background), 'not_found'),
        {
          server: { before: [(_ctx, call) => call.responseMetadata.set('x-served-by', 'pier 7')] },
          client: {
            finalize: [(_ctx, call) => void seen.push(call?.responseMetadata.get('x-served-by'))],
          },
        },
      );
      deepEqual(seen, ['pier 7']);
    },
  ],
  [
    'has no metadata that nobody sent',
    async (binding) => {
      const seen: (string | undefined)[] = [];
      const names = ['x-absent', 'constructor', '__proto__', 'toString'];
      await withPair(
        binding,
        async () => ({}),
        (call) => call({}, background),
        {
          server: {
            before: [
              (_ctx, call) =>
                void seen.push(...names.map((name) => call.requestMetadata.get(name))),
            ],
          },
          client: {
            after: [
              (_ctx, call) =>
                void seen.push(...names.map((name) => call.responseMetadata.get(name))),
            ],
          },
        },
      );
      deepEqual(new Set(seen), new Set([undefined]));
    },
  ],
  [
    'refuses metadata that would split a message or is the transport’s own',
    (binding) =>
      withPair(
        binding,
        async () => ({}),
        (call) => call({}, background),
        {
          server: { before: [(_ctx, call) => refusesHostile(call.responseMetadata)] },
          client: { before: [(_ctx, call) => refusesHostile(call.requestMetadata)] },
        },
      ).then(() => undefined),
  ],
  [
    'says on both sides which operation runs',
    async (binding) => {
      const sides: string[] = [];
      await withPair(
        binding,
        async (_request, ctx) => {
          sides.push(`${ctx.get(operation)?.side} ${ctx.get(operation)?.kind}`);
          return {};
        },
        (call) => call({}, background),
        {
          client: {
            middleware: (next) => (request, ctx) => {
              sides.push(`${ctx.get(operation)?.side} ${ctx.get(operation)?.kind}`);
              return next(request, ctx);
            },
          },
        },
      );
      deepEqual(sides, ['client unary', 'server unary']);
    },
  ],
];

function refusesHostile(
  writer: ServerCall['responseMetadata'] | ClientCall['requestMetadata'],
): void {
  for (const name of refusedNames) throws(() => writer.set(name, 'x'), ServiceError);
  for (const value of ['a\r\nb: c', 'a\nb', 'a\0b'])
    throws(() => writer.set('x-note', value), ServiceError);
  equal(writer.get('x-note'), undefined);
}
