import { background } from '@fairlead/endpoint';
import { createGrpcClient } from '@fairlead/grpc';
import { sumMethod } from '../servers/sum-method.ts';
import { callInParallel } from './call-in-parallel.ts';

const client = createGrpcClient(`127.0.0.1:${process.argv[2]}`);
const sum = client.endpoint(sumMethod);

callInParallel(() => sum({ a: 1, b: 2 }, background));
