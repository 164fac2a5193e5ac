import type { HttpHandler } from '@fairlead/http';
import { createJsonrpcClient, jsonrpcHandler, jsonrpcMethod } from '@fairlead/jsonrpc';
import { traceClient, traceServer } from '@fairlead/tracing';
import { concatRequest, sumRequest } from './json-request.ts';
import type { AddService } from './service.ts';

/**
 * Serves `sum` and `concat` as Go kit's addsvc does, on every path, with one difference: an error of
 * the business is an error. Go kit's loses it, and answers with a result of zero.
 */
export function addJsonrpcHandler({ sum, concat }: AddService): HttpHandler {
  const methods = {
    sum: jsonrpcMethod(sum, { decode: sumRequest, idempotent: true, ...traceServer() }),
    concat: jsonrpcMethod(concat, { decode: concatRequest, idempotent: true, ...traceServer() }),
  };
  return jsonrpcHandler(methods, { service: 'pb.Add' });
}

/** An addsvc, ours or Go kit's, over JSON-RPC. */
export function createAddJsonrpcClient(url: string): AddService & AsyncDisposable {
  const client = createJsonrpcClient(url);
  const common = { service: 'pb.Add', idempotent: true, ...traceClient() };
  return {
    sum: client.endpoint({ method: 'sum', ...common }),
    concat: client.endpoint({ method: 'concat', ...common }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}
