import type { RequestListener } from 'node:http';
import { background, isServiceError, type ServiceError } from '@fairlead/endpoint';
import {
  createHttpClient,
  type HttpClientOptions,
  type HttpEndpointOptions,
} from '../src/index.ts';
import { serve } from './hosts.ts';

/** The error of one call to a server that a test plays itself. */
export async function errorOf(
  listener: RequestListener,
  options: Partial<HttpEndpointOptions<unknown, unknown>> = {},
  clientOptions?: HttpClientOptions,
): Promise<ServiceError> {
  const { url } = await serve(listener);
  return failureAt(url, options, clientOptions);
}

export async function failureAt(
  url: string,
  options: Partial<HttpEndpointOptions<unknown, unknown>> = {},
  clientOptions?: HttpClientOptions,
): Promise<ServiceError> {
  await using client = createHttpClient(url, clientOptions);
  const error = await client
    .endpoint({ path: '/', ...options })({}, background)
    .catch((thrown: unknown) => thrown);
  if (isServiceError(error)) return error;
  throw new Error('the call should have failed with a ServiceError', { cause: error });
}
