import { setTimeout as pause } from 'node:timers/promises';
import { type Context, ServiceError } from '@fairlead/endpoint';
import {
  type HttpHandler,
  lastEventId,
  ndjsonBody,
  route,
  routes,
  streamReply,
} from '@fairlead/http';
import { z } from 'zod';
import { page } from './page.ts';

export interface Tick {
  readonly n: number;
  readonly symbol: string;
  readonly price: number;
}

const Trade = z.object({ symbol: z.string(), volume: z.number().positive() });

interface Watch {
  readonly symbol: string;
  /** The number of the last tick that the caller has seen. */
  readonly after: number;
}

// A stream of responses is an async generator behind a plain function. It stops where the reader
// leaves, and makes no tick that nobody takes.
async function* ticks({ symbol, after }: Watch, ctx: Context): AsyncGenerator<Tick> {
  for (let n = after + 1; ; n++) {
    yield { n, symbol, price: 100 + (n % 7) };
    await pause(20, undefined, { signal: ctx.signal });
  }
}
// What is wrong before the first message is an ordinary error, with a status of its own.
const watch = async (request: Watch, ctx: Context) => {
  if (Number.isSafeInteger(request.after)) return ticks(request, ctx);
  throw new ServiceError('invalid_argument', 'Last-Event-ID must be the number of a tick');
};

// A stream of requests is an async iterable: the sender is read as fast as this loop turns.
const settleTrades = async (trades: AsyncIterable<z.output<typeof Trade>>) => {
  let count = 0;
  let volume = 0;
  for await (const trade of trades) {
    count += 1;
    volume += trade.volume;
  }
  return { count, volume };
};

export const ticker: HttpHandler = routes([
  // Events for browsers, lines for everybody else. A browser that lost the stream goes on after its last id.
  route('GET', '/ticks/:symbol', watch, {
    decode: (request) => ({
      symbol: request.params.symbol,
      after: Number(lastEventId(request) ?? 0),
    }),
    encode: streamReply<Tick>({
      event: (tick) => ({ id: String(tick.n), data: tick }),
      retryMs: 500,
    }),
  }),
  route('POST', '/trades', settleTrades, { decode: ndjsonBody(Trade) }),
  route('GET', '/', async () => page, {
    decode: () => undefined,
    encode: (body) => ({ status: 200, headers: { 'content-type': 'text/html' }, body }),
  }),
]);
