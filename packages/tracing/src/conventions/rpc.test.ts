import { type Code, codes, type Operation, ServiceError } from '@fairlead/endpoint';
import type { ServerCall } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import { rpc } from './rpc.ts';

function operation(side: Operation['side'], transport: string, peer?: string): Operation {
  const kind = 'unary';
  return { side, transport, service: 'pb.Add', method: 'Sum', kind, idempotent: false, peer };
}

const error = (code: Code): ServiceError => new ServiceError(code, 'hush');

describe('the conventions of remote procedure calls', () => {
  it('call a status by the name that gRPC has for it, and every failure of a client an error', () => {
    const caller = operation('client', 'grpc');
    const names = codes.map(
      (code, i) => rpc.verdict(caller, { status: i + 1, error: error(code) }).attributes,
    );
    expect(names[0]).toEqual({ 'rpc.status_code': 'CANCELLED', 'error.type': 'CANCELLED' });
    expect(names.slice(1)).toEqual(
      codes.slice(1).map((code) => {
        const name = code.toUpperCase();
        return { 'rpc.status_code': name, 'error.type': name };
      }),
    );
    expect(rpc.verdict(caller, { status: 0, error: undefined })).toEqual({
      attributes: { 'rpc.status_code': 'OK' },
      isFailure: false,
    });
  });

  it('do not blame a server for the mistakes of its callers', () => {
    const server = operation('server', 'grpc');
    const blamed = codes.filter(
      (code, i) => rpc.verdict(server, { status: i + 1, error: error(code) }).isFailure,
    );
    expect(blamed).toEqual([
      'unknown',
      'deadline_exceeded',
      'unimplemented',
      'internal',
      'unavailable',
      'data_loss',
    ]);
  });

  it('call any error of JSON-RPC a failure, by its number, and have no status else', () => {
    const server = operation('server', 'jsonrpc');
    expect(rpc.verdict(server, { status: -32602, error: error('invalid_argument') })).toEqual({
      attributes: { 'rpc.status_code': '-32602', 'error.type': '-32602' },
      isFailure: true,
    });
    expect(rpc.verdict(server, { status: 0, error: undefined })).toEqual({
      attributes: {},
      isFailure: false,
    });
  });

  it.each([
    ['127.0.0.1:50051', { 'server.address': '127.0.0.1', 'server.port': 50051 }],
    ['dns:///add.example.com:443', { 'server.address': 'add.example.com', 'server.port': 443 }],
    ['dns://8.8.8.8/add.example.com', { 'server.address': 'add.example.com' }],
    ['ipv4:10.0.0.1:80', { 'server.address': '10.0.0.1', 'server.port': 80 }],
    ['unix:/tmp/socket', { 'server.address': '/tmp/socket' }],
    ['unix:///tmp/socket', { 'server.address': '/tmp/socket' }],
  ])('name the server of a client: %s', (peer, expected) => {
    // Nothing else of the call is looked at.
    const call = { operation: operation('client', 'grpc', peer) } as ServerCall;
    expect(rpc.dimensions(call)).toEqual({
      'rpc.system.name': 'grpc',
      'rpc.method': 'pb.Add/Sum',
      ...expected,
    });
  });
});
