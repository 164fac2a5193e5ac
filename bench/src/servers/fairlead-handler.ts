import { chain, type Middleware } from '@fairlead/endpoint';
import {
  type HttpHandler,
  type HttpHandlerOptions,
  httpHandler,
  jsonBody,
  type NodeServerCall,
} from '@fairlead/http';
import { fiveLayers, type SumRequest, type SumResponse, sum } from './sum.ts';

type Options = HttpHandlerOptions<SumRequest, SumResponse, NodeServerCall>;

/** As the README shows it, with five layers around the endpoint; outside of them others, and hooks. */
export function handlerOf(
  layers: readonly Middleware[] = [],
  hooks: Partial<Options> = {},
): HttpHandler {
  const endpoint = chain(...layers, ...fiveLayers)(sum);
  return httpHandler(endpoint, { decode: jsonBody<SumRequest>(), methods: ['POST'], ...hooks });
}

export const sumHandler: HttpHandler = handlerOf();
