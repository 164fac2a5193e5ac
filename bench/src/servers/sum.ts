import type { Endpoint, Middleware } from '@fairlead/endpoint';

/** What every server and client of this bench exchanges. */
export interface SumRequest {
  readonly a: number;
  readonly b: number;
  /** What makes a message longer. */
  readonly items?: readonly Item[] | undefined;
}

export interface Item {
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

/** How many messages a stream has. */
export const repeats = 1000;

/** The sum again and again. */
export async function* repeated({ a, b }: SumRequest): AsyncGenerator<SumResponse, void> {
  for (let sent = 0; sent < repeats; sent++) yield { v: a + b };
}

const item: Item = { id: 1, name: 'a name of some length' };

/** One and two, and where the message shall be longer as many items beside them as it has room for. */
export function requestOf(bytes: number, sizeOf: (request: SumRequest) => number): SumRequest {
  const numbers = { a: 1, b: 2 };
  const free = bytes - sizeOf(numbers);
  const sizeOfItem =
    sizeOf({ ...numbers, items: [item, item] }) - sizeOf({ ...numbers, items: [item] });
  const count = Math.floor(free / sizeOfItem);
  return count <= 0 ? numbers : { ...numbers, items: Array.from({ length: count }, () => item) };
}

const passThrough: Middleware = (next) => (request, ctx) => next(request, ctx);

/** The five layers that ours are measured with. */
export const fiveLayers: readonly Middleware[] = Array(5).fill(passThrough);
