import { circuitBreaker } from '@fairlead/circuitbreaker';
import { background } from '@fairlead/endpoint';
import { createHttpClient } from '@fairlead/http';
import { balanced, createBalancer, retry } from '@fairlead/lb';
import { createEndpointer, staticInstancer } from '@fairlead/sd';
import type { SumRequest, SumResponse } from '../servers/sum.ts';
import { callInParallel, keptConnections } from './call-in-parallel.ts';

const instancer = staticInstancer([`127.0.0.1:${process.argv[2]}`]);
const endpointer = createEndpointer(instancer, ({ address }) => {
  const client = createHttpClient(`http://${address}`, keptConnections);
  const call = client.endpoint<SumRequest, SumResponse>({ path: '/sum', idempotent: true });
  return {
    value: circuitBreaker().middleware(call),
    close: () => client.close(),
  };
});
const sum = retry()(balanced(createBalancer(endpointer), (value) => value));

callInParallel(() => sum({ a: 1, b: 2 }, background));
