import { chain } from '@fairlead/endpoint';
import { grpcHandler } from '@fairlead/grpc';
import type { AddHandlers } from './serve-grpc.ts';
import { fiveLayers, repeated, type SumRequest, sum } from './sum.ts';
import { repeatMethod, sumMethod } from './sum-method.ts';

const layers = chain(...fiveLayers);

/** Both methods, with five layers around the endpoint. */
export const handlers: AddHandlers = {
  sum: grpcHandler(sumMethod, layers(sum)),
  repeat: grpcHandler(
    repeatMethod,
    layers(async (request: SumRequest) => repeated(request)),
  ),
};
