import { background } from '@fairlead/endpoint';
import { createGrpcClient } from '@fairlead/grpc';
import { sumMethod, sumRequestOf } from '../servers/sum-method.ts';
import { callInParallel } from './call-in-parallel.ts';

const [, , port, bytes] = process.argv;
const client = createGrpcClient(`127.0.0.1:${port}`);
const sum = client.endpoint(sumMethod);
const request = sumRequestOf(bytes);

callInParallel(() => sum(request, background));
