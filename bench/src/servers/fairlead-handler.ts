import { chain } from '@fairlead/endpoint';
import { type HttpHandler, httpHandler, jsonBody } from '@fairlead/http';
import { fiveLayers, type SumRequest, sum } from './sum.ts';

/** As the README shows it, with five layers around the endpoint. */
export const sumHandler: HttpHandler = httpHandler(chain(...fiveLayers)(sum), {
  decode: jsonBody<SumRequest>(),
  methods: ['POST'],
});
