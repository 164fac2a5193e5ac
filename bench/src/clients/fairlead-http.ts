import { background } from '@fairlead/endpoint';
import { createHttpClient } from '@fairlead/http';
import type { SumRequest, SumResponse } from '../servers/sum.ts';
import { callInParallel, keptConnections } from './call-in-parallel.ts';

const client = createHttpClient(`http://127.0.0.1:${process.argv[2]}`, keptConnections);
const sum = client.endpoint<SumRequest, SumResponse>({ path: '/sum' });

callInParallel(() => sum({ a: 1, b: 2 }, background));
