import { background } from '@fairlead/endpoint';
import { createGrpcClient } from '@fairlead/grpc';
import { repeatMethod } from '../servers/sum-method.ts';
import { readInParallel } from './call-in-parallel.ts';

const client = createGrpcClient(`127.0.0.1:${process.argv[2]}`);
const repeat = client.endpoint(repeatMethod);

readInParallel(async (show) => {
  for await (const { v } of await repeat({ a: 1, b: 2 }, background)) show(v);
});
