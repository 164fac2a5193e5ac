import { loadHttpServers, loadOf } from './http-load.ts';
import { compare } from './pairs.ts';
import { type Subject, warmedLonger } from './subject.ts';

const servers = {
  quiet: { script: 'servers/production', args: ['quiet'] },
  line: { script: 'servers/production', args: ['line'] },
  batched: { script: 'servers/production', args: ['batched'] },
  plain: { script: 'servers/node-http' },
  again: { script: 'servers/node-http' },
  fastify: { script: 'servers/fastify-production.mjs', path: '/sum' },
  moleculer: { script: 'servers/moleculer-production.mjs', path: '/sum' },
  nest: { script: 'servers/nest.mjs', path: '/sum' },
} as const;

const titles = {
  quiet: 'ours, all of it',
  line: 'ours, all of it and a line',
  batched: 'ours, all of it and a line, in batches',
  plain: 'node:http',
  again: 'node:http again',
  fastify: 'Fastify, a schema and its logger',
  moleculer: 'Moleculer, breaker, metrics, tracing, validation',
  nest: 'Nest on Fastify, bare',
} as const;

/**
 * What a service in production has: validation, a deadline, metrics, tracing without an SDK, a breaker
 * and a limiter, with and without a line for each call. The others have of that what comes with them.
 */
export const productionSubject: Subject = async (run) => {
  const samples = await loadHttpServers(servers, warmedLonger(run));
  const lines = compare(
    titles,
    samples,
    [
      { of: 'quiet', to: 'plain', goal: { atLeast: 0.9 } },
      { of: 'line', to: 'plain', goal: { atLeast: 0.8 } },
      { of: 'batched', to: 'plain', goal: { atLeast: 0.8 } },
      { of: 'again', to: 'plain', isAgain: true },
      { of: 'fastify', to: 'plain' },
      { of: 'moleculer', to: 'plain' },
      { of: 'nest', to: 'plain' },
      { of: 'batched', to: 'nest' },
    ],
    run,
  );
  return [{ title: `A server in production, load by ${loadOf(run)}`, lines }];
};
