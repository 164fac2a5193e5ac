import { background } from '@fairlead/endpoint';
import { createHttpClient, createHttpServer, eventStreamBody, ndjsonBody } from '@fairlead/http';
import { type Tick, ticker } from './ticker.ts';

// With --keep it goes on serving: open the address in a browser, or read it with curl -N.
const keep = process.argv.includes('--keep');
await using server = createHttpServer(ticker);
const { port } = await server.listen({ port: keep ? 8080 : 0 });
const url = `http://127.0.0.1:${port}`;
await using client = createHttpClient(url);

// The client's endpoints have the types of the functions behind them.
const watch = { method: 'GET', path: '/ticks/ACME', timeoutMs: Infinity };
const lines = client.endpoint<void, AsyncIterable<Tick>>({ ...watch, decode: ndjsonBody<Tick>() });
for await (const { n, price } of await lines(undefined, background)) {
  console.log('line', n, price);
  // Leaving the loop closes the request, and the generator on the server.
  if (n === 3) break;
}

const events = client.endpoint<void, AsyncIterable<Tick>>({
  ...watch,
  headers: { 'last-event-id': '3' },
  decode: eventStreamBody<Tick>(),
});
for await (const { n, price } of await events(undefined, background)) {
  console.log('event', n, price);
  if (n === 5) break;
}

type Trades = AsyncIterable<{ symbol: string; volume: number }>;
const settle = client.endpoint<Trades, { count: number; volume: number }>({ path: '/trades' });
async function* trades() {
  for (let volume = 1; volume <= 1000; volume++) yield { symbol: 'ACME', volume };
}
console.log(await settle(trades(), background)); // => { count: 1000, volume: 500500 }

if (keep) {
  console.log(`${url} is open: Ctrl-C ends it`);
  await new Promise(() => {});
}
