import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '@fairlead/endpoint';
import {
  codeOf,
  createHttpClient,
  type HttpClientReply,
  type HttpHandler,
  type HttpReply,
  httpHandler,
  jsonBody,
  problemReply,
} from '@fairlead/http';
import { z } from 'zod';
import { concatRequest, sumRequest } from './json-request.ts';
import type { AddService } from './service.ts';

/** Serves `/sum` and `/concat` as Go kit's addsvc does: any method, and errors as `{"error": text}`. */
export function addHttpHandler({ sum, concat }: AddService): HttpHandler {
  const common = { service: 'pb.Add', encodeError: errorReply };
  const routes: Readonly<Record<string, HttpHandler>> = {
    '/sum': httpHandler(sum, { name: 'Sum', decode: jsonBody(sumRequest), ...common }),
    '/concat': httpHandler(concat, { name: 'Concat', decode: jsonBody(concatRequest), ...common }),
  };
  return (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
    return (handler ?? notFound)(request, response);
  };
}

/** An addsvc, ours or Go kit's, over HTTP. */
export function createAddHttpClient(baseUrl: string): AddService & AsyncDisposable {
  const client = createHttpClient(baseUrl);
  const common = { service: 'pb.Add', idempotent: true, decodeError: errorOf };
  return {
    sum: client.endpoint({ path: '/sum', name: 'Sum', ...common }),
    concat: client.endpoint({ path: '/concat', name: 'Concat', ...common }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function errorReply(error: ServiceError): HttpReply {
  const { status, headers } = problemReply(error);
  const body = JSON.stringify({ error: error.message });
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
    body,
  };
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

function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
    .end('404 page not found\n');
}
