import type { Endpoint, Middleware } from '@fairlead/endpoint';

/** What every server and client of this bench exchanges. */
export interface SumRequest {
  readonly a: number;
  readonly b: number;
}

export interface SumResponse {
  readonly v: number;
}

export const sum: Endpoint<SumRequest, SumResponse> = async ({ a, b }) => ({ v: a + b });

const passThrough: Middleware = (next) => (request, ctx) => next(request, ctx);

/** The five layers that ours are measured with. */
export const fiveLayers: readonly Middleware[] = Array(5).fill(passThrough);
