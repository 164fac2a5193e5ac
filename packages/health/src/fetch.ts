import type { Health, HealthQuestion } from './health.ts';
import { answerHealth, type HealthHandlerOptions } from './health-answer.ts';

/** As {@link healthHandler}, for hosts of the fetch standard: Hono, Bun, Deno, workers. Never rejects. */
export function fetchHealthHandler(
  health: Health,
  question: HealthQuestion,
  { detail = () => false }: HealthHandlerOptions<Request> = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method } = request;
    const asked = { method, isTrusted: () => detail(request) };
    const { status, headers, body } = await answerHealth(health, question, asked);
    return new Response(body === '' ? null : body, { status, headers });
  };
}
