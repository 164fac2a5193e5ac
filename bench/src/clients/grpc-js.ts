import { Client, credentials } from '@grpc/grpc-js';
import type { SumRequest, SumResponse } from '../servers/sum.ts';
import { sumMethod } from '../servers/sum-method.ts';
import { callInParallel } from './call-in-parallel.ts';

const client = new Client(`127.0.0.1:${process.argv[2]}`, credentials.createInsecure());
const { path, requestSerialize, responseDeserialize } = sumMethod;

/** With a deadline, as every client of a service has one, ours by default. */
function sum(request: SumRequest): Promise<SumResponse> {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + 10_000 };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, options, (error, response) => {
      if (response === undefined) reject(error ?? new Error('no response'));
      else resolve(response);
    });
  });
}

callInParallel(() => sum({ a: 1, b: 2 }));
