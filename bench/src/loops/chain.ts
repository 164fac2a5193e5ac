import { background, chain, type Endpoint, type Middleware } from '@fairlead/endpoint';
import { orderOf } from '../rounds.ts';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

const passThrough: Middleware = (next) => (request, ctx) => next(request, ctx);
const then: Middleware = (next) => (request, ctx) =>
  next(request, ctx).then((response) => response);
const awaiting: Middleware = (next) => async (request, ctx) => {
  const response = await next(request, ctx);
  return response;
};

const endpoint: Endpoint<number, number> = async (request) => request;

type Wrap = (layers: readonly Middleware[]) => Endpoint<number, number>;
const chained: Wrap = (layers) => chain(...layers)(endpoint);
const nested: Wrap = (layers) => layers.reduceRight((next, layer) => layer(next), endpoint);

const kinds: Readonly<Record<string, readonly [Wrap, Middleware]>> = {
  'pass-through': [chained, passThrough],
  'by hand': [nested, passThrough],
  '.then': [chained, then],
  'async/await': [chained, awaiting],
};

const [wrap, layer] = kinds[process.argv[2] ?? ''] ?? [];
if (wrap === undefined || layer === undefined) throw new Error(`no such chain: ${process.argv[2]}`);

const depths = [0, 1, 5, 10, 20, 50];
const chains = depths.map((depth) => ({ depth, call: wrap(Array<Middleware>(depth).fill(layer)) }));
let round = 0;

serveRounds(async (ms) => {
  const sample: Record<string, number> = {};
  for (const { depth, call } of orderOf(chains, round++)) {
    sample[depth] = await timeBatches((calls) => callInTurn(call, calls), ms / depths.length);
  }
  return sample;
});

async function callInTurn(call: Endpoint<number, number>, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) await call(i, background);
}
