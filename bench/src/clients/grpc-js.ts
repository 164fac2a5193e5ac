import { Client, credentials } from '@grpc/grpc-js';
import type { SumRequest, SumResponse } from '../servers/sum.ts';
import { sumMethod, sumRequestOf } from '../servers/sum-method.ts';
import { callInParallel } from './call-in-parallel.ts';

const [, , port, bytes, timeout = Infinity] = process.argv;
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
const { path, requestSerialize, responseDeserialize } = sumMethod;

/** How long a call may take, in milliseconds; no limit where the command line gives none. */
const timeoutMs = Number(timeout);

function sum(request: SumRequest): Promise<SumResponse> {
  return new Promise((resolve, reject) => {
    const options = timeoutMs === Infinity ? {} : { deadline: Date.now() + timeoutMs };
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      options,
      (error, response) => {
        if (response === undefined) reject(error ?? new Error('no response'));
        else resolve(response);
      },
    );
  });
}

const request = sumRequestOf(bytes);
callInParallel(() => sum(request));
