import { background } from '@fairlead/endpoint';
import { createGrpcClient } from '@fairlead/grpc';
import { sumMethod } from '../servers/sum-method.ts';
import { serveCalls } from './serve-calls.ts';

// Without a deadline, which would give the requests different lengths.
const client = createGrpcClient(`127.0.0.1:${process.argv[2]}`);
const sum = client.endpoint(sumMethod, { timeoutMs: Infinity });

serveCalls(() => sum({ a: 1, b: 2 }, background));
