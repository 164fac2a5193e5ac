import { ServiceError } from '@fairlead/endpoint';
import {
  codeOf,
  createHttpClient,
  type HttpClientReply,
  type HttpHandler,
  type HttpReply,
  jsonBody,
  problemReply,
  route,
  routes,
} from '@fairlead/http';
import { traceClient, traceServer } from '@fairlead/tracing';
import { z } from 'zod';
import { concatRequest, sumRequest } from './json-request.ts';
import type { AddService } from './service.ts';

/** Serves `/sum` and `/concat` as Go kit's addsvc does: any method, and errors as `{"error": text}`. */
export function addHttpHandler({ sum, concat }: AddService): HttpHandler {
  return routes(
    [
      route('*', '/sum', sum, { name: 'Sum', decode: jsonBody(sumRequest) }),
      route('*', '/concat', concat, { name: 'Concat', decode: jsonBody(concatRequest) }),
    ],
    { service: 'pb.Add', encodeError: errorReply, ...traceServer() },
  );
}

/** An addsvc, ours or Go kit's, over HTTP. */
export function createAddHttpClient(baseUrl: string): AddService & AsyncDisposable {
  const client = createHttpClient(baseUrl);
  const common = { service: 'pb.Add', idempotent: true, decodeError: errorOf, ...traceClient() };
  return {
    sum: client.endpoint({ path: '/sum', name: 'Sum', ...common }),
    concat: client.endpoint({ path: '/concat', name: 'Concat', ...common }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function errorReply(error: ServiceError): HttpReply {
  const { status, headers } = problemReply(error);
  const [type, body] =
    status === 404
      ? ['text/plain', '404 page not found\n']
      : ['application/json', JSON.stringify({ error: error.message })];
  return { status, headers: { ...headers, 'content-type': `${type}; charset=utf-8` }, body };
}

/** The error of a reply of addsvc, ours or Go kit's. */
export function errorOf({ status, body }: HttpClientReply): ServiceError {
  const { data } = z.object({ error: z.string() }).safeParse(parsed(body.toString()));
  return new ServiceError(codeOf(status), data?.error ?? `HTTP ${status}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
