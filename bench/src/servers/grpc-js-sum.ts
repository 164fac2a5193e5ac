import type { handleUnaryCall } from '@grpc/grpc-js';
import type { SumRequest, SumResponse } from './sum.ts';

/** What a hand writes. */
export const plainSum: handleUnaryCall<SumRequest, SumResponse> = (call, callback) => {
  const { a, b, items } = call.request;
  callback(null, { v: a + b, items });
};
