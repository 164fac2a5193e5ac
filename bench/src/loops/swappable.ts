import { background, chain, type Endpoint, type Middleware } from '@fairlead/endpoint';
import { type NamedLayer, swappable } from '@fairlead/resilience';
import { orderOf } from '../rounds.ts';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

const passThrough: Middleware = (next) => (request, ctx) => next(request, ctx);
const endpoint: Endpoint<number, number> = async (request) => request;

const isSwappable = process.argv[2] === 'swappable';
const depths = [0, 1, 5, 20];
const subjects = depths.map((depth) => {
  const layers = Array.from({ length: depth }, (_, n): NamedLayer => [`${n}`, passThrough]);
  const layer = isSwappable ? swappable(layers) : chain(...layers.map(([, each]) => each));
  return { depth, call: layer(endpoint) };
});
let round = 0;

serveRounds(async (ms) => {
  const sample: Record<string, number> = {};
  for (const { depth, call } of orderOf(subjects, round++)) {
    sample[depth] = await timeBatches(async (calls) => {
      for (let i = 0; i < calls; i++) await call(i, background);
    }, ms / depths.length);
  }
  return sample;
});
