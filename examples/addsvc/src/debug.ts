import type { Health } from '@fairlead/health';
import { healthHandler } from '@fairlead/health';
import type { HttpHandler } from '@fairlead/http';
import type { MetricsPage } from '@fairlead/metrics';
import type { Protection } from './protection.ts';

/** What the debug address shows. */
export interface DebugParts {
  readonly page: MetricsPage;
  readonly health: Health;
  readonly protection: Protection;
  /** As the program was told. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** `/metrics`, `/health/live`, `/health/ready` and `/debug`, for those who operate: on a port that strangers cannot reach. */
export function debugHandler({ page, health, protection, config }: DebugParts): HttpHandler {
  // The port is the wall: who reaches it may see everything.
  const trusted = { detail: () => true };
  const [live, ready] = [
    healthHandler(health, 'live', trusted),
    healthHandler(health, 'ready', trusted),
  ];
  const { sum, concat } = protection.breakers;
  const startedAt = new Date().toISOString();
  const handlers = new Map<string, HttpHandler>([
    ['/metrics', page.handler],
    ['/health/live', live],
    ['/health/ready', ready],
    [
      '/debug',
      (_request, response) => {
        const { versions, pid } = process;
        const state = {
          build: { node: versions.node, pid, startedAt },
          config,
          breakers: { sum: sum.state, concat: concat.state },
          health: health.latest('all'),
        };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify(state, undefined, 2)}\n`);
      },
    ],
  ]);
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const handler = handlers.get(path);
    if (handler !== undefined) return handler(request, response);
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end(`${[...handlers.keys()].join('\n')}\n`);
  };
}
