import { type Code, type Endpoint, isServiceError, ServiceError } from '@fairlead/endpoint';
import { createGrpcClient, createGrpcServer, type GrpcServer, grpcHandler } from '@fairlead/grpc';
import { traceClient, traceServer } from '@fairlead/tracing';
import { AddService as definition } from './gen/addsvc.ts';
import type { AddService } from './service.ts';

/** Serves `pb.Add` as Go kit's addsvc does. */
export function createAddGrpcServer({ sum, concat }: AddService): GrpcServer {
  const server = createGrpcServer();
  const sumReply = replying(sum, (response, err) => ({ v: BigInt(response?.v ?? 0), err }));
  const concatReply = replying(concat, (response, err) => ({ v: response?.v ?? '', err }));
  server.add(definition, {
    sum: grpcHandler(definition.sum, sumReply, {
      decode: ({ a, b }) => ({ a: Number(a), b: Number(b) }),
      ...traceServer(),
    }),
    concat: grpcHandler(definition.concat, concatReply, traceServer()),
  });
  return server;
}

/** An addsvc, ours or Go kit's, over gRPC. */
export function createAddGrpcClient(target: string): AddService & AsyncDisposable {
  const client = createGrpcClient(target);
  return {
    sum: client.endpoint(definition.sum, {
      ...traceClient(),
      idempotent: true,
      encode: ({ a, b }: { a: number; b: number }) => ({ a: BigInt(a), b: BigInt(b) }),
      decode: ({ v, err }) => {
        throwBusinessError(err);
        return { v: Number(v) };
      },
    }),
    concat: client.endpoint(definition.concat, {
      ...traceClient(),
      idempotent: true,
      decode: ({ v, err }) => {
        throwBusinessError(err);
        return { v };
      },
    }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** In Go kit's messages an error of the business is a text in the field `err`, and the call succeeds. */
const businessCodes: ReadonlySet<Code> = new Set(['invalid_argument', 'out_of_range']);

function replying<Req, Res, Reply>(
  endpoint: Endpoint<Req, Res>,
  reply: (response: Res | undefined, err: string) => Reply,
): Endpoint<Req, Reply> {
  return async (request, ctx) => {
    try {
      return reply(await endpoint(request, ctx), '');
    } catch (error) {
      if (!isServiceError(error) || !businessCodes.has(error.code)) throw error;
      return reply(undefined, error.message);
    }
  };
}

function throwBusinessError(err: string): void {
  if (err !== '') throw new ServiceError('invalid_argument', err);
}
