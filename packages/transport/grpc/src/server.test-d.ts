import { background, chain, type Endpoint, timeout } from '@fairlead/endpoint';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { MethodDefinition as LoadedMethod } from '@grpc/proto-loader';
import {
  AddService,
  type ConcatReply,
  type ConcatRequest,
  type SumReply,
  type SumRequest,
} from '../gen/add.ts';
import { createGrpcClient, createGrpcServer, grpcHandler, ofKind } from './index.ts';

declare const sum: Endpoint<SumRequest, SumReply>;
declare const total: Endpoint<readonly number[], number>;

// An endpoint of the method's own messages needs no options.
const handler: handleUnaryCall<SumRequest, SumReply> = grpcHandler(AddService.sum, sum);
grpcHandler(AddService.sum, chain(timeout(500))(sum));
grpcHandler(AddService.sum, async ({ a, b }) => ({ v: a + b }), { service: 'add' });
grpcHandler(AddService.sum, sum, {
  before: [(ctx) => ctx],
  after: [(_ctx, _call, { v }) => void v],
});

// One that takes less and gives more fits as well.
grpcHandler(AddService.sum, async ({ a }: { a: number }) => ({ v: a, more: true }));

// @ts-expect-error The request differs: decode is missing.
grpcHandler(AddService.sum, async (text: string) => ({ v: text.length }));
// @ts-expect-error The response differs: encode is missing.
grpcHandler(AddService.sum, async ({ a }: SumRequest) => a, {});
// @ts-expect-error Both differ: encode is missing.
grpcHandler(AddService.sum, total, { decode: ({ a, b }) => [a, b] });

grpcHandler(AddService.sum, total, { decode: ({ a, b }) => [a, b], encode: (v) => ({ v }) });
grpcHandler(AddService.sum, total, {
  decode: async ({ a, b }) => [a, b],
  // @ts-expect-error What encode makes is not the method's message.
  encode: (v) => ({ value: v }),
});

// Every way to define a method serves and calls.
declare const written: MethodDefinition<SumRequest, SumReply>;
declare const loaded: LoadedMethod<Partial<SumRequest>, Partial<SumReply>, SumRequest, SumReply>;
grpcHandler(ofKind(written, 'unary'), sum);
grpcHandler(ofKind(loaded, 'unary'), sum);
// @ts-expect-error The definition does not say whether it streams.
grpcHandler(loaded, sum);

// A service has a handler for each of its methods, of that method's messages.
const server = createGrpcServer();
const concat = grpcHandler(AddService.concat, async ({ a, b }) => ({ v: a + b }));
server.add(AddService, { sum: handler, concat, count: (call) => call.end() });
new Server().addService(AddService, { sum: handler, concat });
// @ts-expect-error count is missing.
server.add(AddService, { sum: handler, concat });
// @ts-expect-error The handler is that of another method.
server.add(AddService, { sum: concat, concat, count: (call) => call.end() });
// @ts-expect-error The service has no such method.
server.add(AddService, { sum: handler, concat, count: (call) => call.end(), extra: handler });
declare const anyService: ServiceDefinition;
server.add(anyService, { whatever: handler });

// The health of a service is one of two.
server.health.set('pb.Add', 'not_serving');
// @ts-expect-error There is no such status.
server.health.set('pb.Add', 'unknown');

// A client's endpoints have the types of the methods.
const client = createGrpcClient('127.0.0.1:8082');
const calls = client.service(AddService);
const callSum: Endpoint<SumRequest, SumReply> = calls.sum;
const callConcat: Endpoint<ConcatRequest, ConcatReply> = calls.concat;
const callCount: Endpoint<SumRequest, AsyncIterable<SumReply>> = calls.count;
// @ts-expect-error The request lacks b.
void callSum({ a: 1 }, background);
// @ts-expect-error A context is always passed.
void callConcat({ a: '', b: '' });
const loose: Endpoint<Partial<SumRequest>, SumReply> = client.endpoint(ofKind(loaded, 'unary'));
// A definition that does not say may mean a stream or none.
const either: Endpoint<
  Partial<SumRequest> | AsyncIterable<Partial<SumRequest>>,
  SumReply | AsyncIterable<SumReply>
> = client.endpoint(loaded);
// @ts-expect-error It may be a stream.
const notEither: Endpoint<Partial<SumRequest>, SumReply> = client.endpoint(loaded);

// Codecs change the types of the endpoint.
const adder: Endpoint<readonly number[], string> = client.endpoint(AddService.sum, {
  encode: ([a = 0, b = 0]: readonly number[]) => ({ a, b }),
  decode: ({ v }) => String(v),
});
const encoded: Endpoint<string, SumReply> = client.endpoint(AddService.sum, {
  encode: async (text: string) => ({ a: text.length, b: 0 }),
});
const decoded: Endpoint<SumRequest, number> = client.endpoint(AddService.sum, {
  decode: ({ v }) => v,
});
// @ts-expect-error Nothing makes a number of the reply.
const unsound: Endpoint<SumRequest, number> = client.endpoint(AddService.sum);
// @ts-expect-error What encode makes is not the method's message.
client.endpoint(AddService.sum, { encode: (text: string) => ({ a: text }) });

// Endpoints stream as their methods do.
declare const count: Endpoint<SumRequest, AsyncIterable<SumReply>>;
declare const up: Uploading;
declare const both: Talking;
interface Uploading extends Omit<typeof AddService.sum, 'requestStream'> {
  readonly requestStream: true;
}
interface Talking extends Omit<typeof AddService.sum, 'requestStream' | 'responseStream'> {
  readonly requestStream: true;
  readonly responseStream: true;
}
const counting: handleServerStreamingCall<SumRequest, SumReply> = grpcHandler(
  AddService.count,
  count,
  { after: [(_ctx, _call, stream) => void stream[Symbol.asyncIterator]] },
);
server.add(AddService, { sum: handler, concat, count: counting });
grpcHandler(AddService.count, async ({ a }) => numbers(a), { encode: (v: number) => ({ v }) });
declare function numbers(most: number): AsyncIterable<number>;
// @ts-expect-error The endpoint does not stream.
grpcHandler(AddService.count, sum);
// @ts-expect-error The method does not stream.
grpcHandler(AddService.sum, count);
// @ts-expect-error The messages of the stream differ: encode is missing.
grpcHandler(AddService.count, async ({ a }: SumRequest) => numbers(a));
const uploading: handleClientStreamingCall<SumRequest, SumReply> = grpcHandler(up, async (sums) => {
  let v = 0;
  for await (const { a, b } of sums) v += a + b;
  return { v };
});
const talking: handleBidiStreamingCall<SumRequest, SumReply> = grpcHandler(
  both,
  async (sums: AsyncIterable<number>) => sums,
  { decode: ({ a }) => a, encode: (v: number) => ({ v }) },
);
const upload: Endpoint<AsyncIterable<SumRequest>, SumReply> = client.endpoint(up);
const talk: Endpoint<AsyncIterable<number>, AsyncIterable<string>> = client.endpoint(both, {
  encode: (a: number) => ({ a, b: 0 }),
  decode: ({ v }) => String(v),
});
// @ts-expect-error One request is no stream.
void upload({ a: 1, b: 2 }, background);

export {
  adder,
  callCount,
  decoded,
  either,
  encoded,
  loose,
  notEither,
  talk,
  talking,
  unsound,
  upload,
  uploading,
};
