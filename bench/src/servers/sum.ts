import type { Endpoint, Middleware } from '@fairlead/endpoint';

/** What every server and client of this bench exchanges. */
export interface SumRequest {
  readonly a: number;
  readonly b: number;
  /** What makes a message longer. */
  readonly items?: readonly Item[] | undefined;
}

interface Item {
  readonly id: number;
  readonly name: string;
}

export interface SumResponse {
  readonly v: number;
  readonly items?: readonly Item[] | undefined;
}

export const sum: Endpoint<SumRequest, SumResponse> = async ({ a, b, items }) => ({
  v: a + b,
  items,
});

const passThrough: Middleware = (next) => (request, ctx) => next(request, ctx);

/** The five layers that ours are measured with. */
export const fiveLayers: readonly Middleware[] = Array(5).fill(passThrough);
