import { grpcHandler } from '@fairlead/grpc';
import {
  fetchHandler,
  type HttpClientCall,
  type HttpServerCall,
  httpHandler,
  type NodeServerCall,
} from '@fairlead/http';
import { jsonrpcMethod } from '@fairlead/jsonrpc';
import { joinServerHooks, memoryHandler } from '@fairlead/transport';
import { expectTypeOf } from 'vitest';
import { Numbers } from '../test/numbers.ts';
import type { HttpCall } from './conventions/http.ts';
import { meterClient, meterServer, traceClient, traceServer } from './index.ts';

const seven = async (): Promise<number> => 7;
const decode = (): undefined => undefined;

// The hooks fit the servers of every transport.
httpHandler(seven, { decode, ...traceServer() });
fetchHandler(seven, { decode, ...traceServer() });
jsonrpcMethod(seven, { decode, ...traceServer(), idempotent: true });
memoryHandler(seven, traceServer());
grpcHandler(Numbers.sum, async ({ a, b }) => ({ v: a + b }), traceServer());
httpHandler(seven, { decode, ...joinServerHooks(traceServer(), meterServer()) });
grpcHandler(Numbers.sum, async ({ a, b }) => ({ v: a + b }), {
  ...joinServerHooks(traceServer(), meterServer()),
});

// What is looked at is what the calls over HTTP have.
expectTypeOf<Pick<HttpServerCall, 'method' | 'path'>>().toExtend<HttpCall>();
expectTypeOf<Pick<HttpClientCall, 'method' | 'path' | 'origin'>>().toExtend<HttpCall>();
expectTypeOf<Pick<NodeServerCall['request'], 'url' | 'httpVersion'>>().toExtend<
  NonNullable<HttpCall['request']>
>();

// A server's hooks are no client's.
// @ts-expect-error
httpHandler(seven, { decode, ...traceClient() });
// @ts-expect-error
traceClient({ parent: 'nobody' });
// @ts-expect-error
traceServer({ isPublic: 'yes' });
void meterClient;
