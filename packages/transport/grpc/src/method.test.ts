import { fileURLToPath } from 'node:url';
import { background } from '@fairlead/endpoint';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { describe, expect, it } from 'vitest';
import { AddService } from '../gen/add.ts';
import { connect, serve } from '../test/peers.ts';
import { createGrpcServer, grpcHandler, ofKind, type ServiceMethods } from './index.ts';
import { operationOf } from './method.ts';

const proto = fileURLToPath(new URL('../gen/add.proto', import.meta.url));

/** proto-loader's types do not say which of its definitions is a service. */
const loaded = loadSync(proto, { longs: Number, defaults: true })['pb.Add'] as ServiceDefinition;

interface Sum {
  readonly a: number;
  readonly b: number;
}

describe('a definition that proto-loader made', () => {
  it('is served and called, under its own names or those of JavaScript', async () => {
    await using server = createGrpcServer();
    const { Sum, Concat } = loaded;
    if (Sum === undefined || Concat === undefined) throw new Error('the .proto has changed');
    server.add(loaded, {
      Sum: grpcHandler(ofKind(Sum, 'unary'), async ({ a, b }: Sum) => ({ v: a + b })),
      concat: grpcHandler(ofKind(Concat, 'unary'), async () => ({ v: 'c' })),
    });
    const { host, port } = await server.listen();
    const ours = connect(`${host}:${port}`);
    expect(await ours.service(AddService).sum({ a: 1, b: 2 }, background)).toEqual({ v: 3 });
    const service = ours.service(loaded);
    expect(Object.keys(service)).toEqual(['Sum', 'Concat', 'Count']);
    expect(await service['Concat']?.({}, background)).toEqual({ v: 'c' });
  });

  it('is told its kind, which is checked', () => {
    const { Sum, Count } = loaded;
    if (Sum === undefined || Count === undefined) throw new Error('the .proto has changed');
    expect(ofKind(Count, 'server_stream')).toBe(Count);
    expect(() => ofKind(Sum, 'bidi_stream')).toThrow('/pb.Add/Sum is of kind unary');
  });

  it('says which methods are idempotent', () => {
    const idempotent = (name: string, options = {}) => {
      const method = loaded[name];
      return method && operationOf('client', method, options).idempotent;
    };
    expect(idempotent('Sum')).toBe(true);
    expect(idempotent('Concat')).toBe(false);
    expect(idempotent('Sum', { idempotent: false })).toBe(false);
  });
});

describe('operationOf', () => {
  it('takes its names from the path', () => {
    expect(operationOf('server', AddService.sum, {})).toEqual({
      side: 'server',
      transport: 'grpc',
      service: 'pb.Add',
      method: 'Sum',
      kind: 'unary',
      idempotent: false,
    });
  });

  it('lets options have the last word', () => {
    const options = { service: 'add', idempotent: true };
    expect(operationOf('server', AddService.sum, options)).toMatchObject(options);
  });

  it.each(['Sum', '/Sum', '/a/b/c', '//Sum'])('refuses the path %s', (path) => {
    expect(() => operationOf('client', { ...AddService.sum, path }, {})).toThrow(path);
  });
});

describe('a handler', () => {
  it('is refused where the service has no such method', async () => {
    const handlers = { sum: undefined, summ: () => {} };
    const server = createGrpcServer();
    const add = () => server.add<ServiceMethods>(AddService, handlers as never);
    expect(add).toThrow('the service has no method summ: its methods are sum, concat, count');
    await server.close();
    await serve({});
  });
});
