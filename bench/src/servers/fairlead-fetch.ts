import { chain } from '@fairlead/endpoint';
import { fetchHandler, jsonBody } from '@fairlead/http/fetch';
import { getRequestListener } from '@hono/node-server';
import { serve } from './serve.ts';
import { fiveLayers, type SumRequest, sum } from './sum.ts';

serve(
  getRequestListener(fetchHandler(chain(...fiveLayers)(sum), { decode: jsonBody<SumRequest>() })),
);
