import { jsonBody, route, routes } from '@fairlead/http';
import { serve } from './serve.ts';
import type { SumRequest } from './sum.ts';

const count = Number(process.argv[2]);
const sum = async ({ a, b }: SumRequest) => ({ v: a + b });
const decode = jsonBody<SumRequest>();

serve(
  routes(Array.from({ length: count }, (_, i) => route('POST', `/area-${i}/sum`, sum, { decode }))),
);
