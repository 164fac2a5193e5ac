import type { IncomingMessage } from 'node:http';
import type { Health, HealthQuestion } from './health.ts';
import { answerHealth, type HealthHandlerOptions } from './health-answer.ts';

/** A request of Node's, of HTTP/1.1 or HTTP/2. */
export type HealthRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'socket'>;

/** What is needed of a response of Node's. */
export interface HealthResponse {
  readonly destroyed: boolean;
  writeHead(status: number, headers: Record<string, string>): { end(body: string): unknown };
}

/** A listener of `node:http` and `node:http2`, a handler of Express, and of `createHttpServer`. */
export type HealthListener = (request: HealthRequest, response: HealthResponse) => void;

/**
 * Answers a question about the health of a service, 200 where it is up or degraded, 503 where it is
 * down: a listener of `node:http` and a handler of Express. `GET` and `HEAD`; the body is
 * `{"status":"up"}`, and all checks for those whom `detail` trusts.
 *
 * ```ts
 * app.get('/health/ready', healthHandler(health, 'ready'));
 * ```
 */
export function healthHandler(
  health: Health,
  question: HealthQuestion,
  { detail = () => false }: HealthHandlerOptions<HealthRequest> = {},
): HealthListener {
  return (request, response) => {
    const asked = { method: request.method ?? '', isTrusted: () => detail(request) };
    void answerHealth(health, question, asked).then(({ status, headers, body }) => {
      // It may have left meanwhile.
      if (!response.destroyed) response.writeHead(status, headers).end(body);
    });
  };
}

/**
 * `/health/live`, `/health/ready` and `/health`, for all: a whole listener, for a server of its own
 * that only the inside reaches. Anything else is 404.
 */
export function healthListener(
  health: Health,
  options: HealthHandlerOptions<HealthRequest> = {},
): HealthListener {
  const handlers = new Map([
    ['/health/live', healthHandler(health, 'live', options)],
    ['/health/ready', healthHandler(health, 'ready', options)],
    ['/health', healthHandler(health, 'all', options)],
  ]);
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const handler = handlers.get(path);
    if (handler !== undefined) handler(request, response);
    else response.writeHead(404, { 'content-length': '0' }).end('');
  };
}
