import { chain } from '@fairlead/endpoint';
import { grpcHandler } from '@fairlead/grpc';
import { serveGrpc } from './serve-grpc.ts';
import { fiveLayers, sum } from './sum.ts';
import { sumMethod } from './sum-method.ts';

serveGrpc(grpcHandler(sumMethod, chain(...fiveLayers)(sum)));
