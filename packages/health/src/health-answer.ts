import type { Health, HealthQuestion, HealthReport } from './health.ts';

/** Who sees more than the status. */
export interface HealthHandlerOptions<Request> {
  /**
   * Whether this request is shown the checks, with their messages and figures: those name databases
   * and hosts. Default: nobody is. What it throws means no.
   */
  readonly detail?: ((request: Request) => boolean) | undefined;
}

/** An answer, whoever sends it. */
export interface HealthAnswer {
  readonly status: 200 | 405 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is the same for every host: the method, the question, and who may see what. */
export async function answerHealth(
  health: Health,
  question: HealthQuestion,
  { method, isTrusted }: { readonly method: string; readonly isTrusted: () => boolean },
): Promise<HealthAnswer> {
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, headers: { allow: 'GET, HEAD', 'content-length': '0' }, body: '' };
  }
  const report = await health.ask(question);
  const body = JSON.stringify(trusted(isTrusted) ? report : { status: report.status });
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': String(Buffer.byteLength(body)),
  };
  return { status: statusOf(report), headers, body: method === 'HEAD' ? '' : body };
}

function trusted(isTrusted: () => boolean): boolean {
  try {
    return isTrusted();
  } catch {
    return false;
  }
}

/** Degraded is of use: 200. */
function statusOf({ status }: HealthReport): 200 | 503 {
  return status === 'down' ? 503 : 200;
}
