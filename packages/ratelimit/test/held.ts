import type { Context, Endpoint } from '@fairlead/endpoint';

/** An endpoint that answers when the test says so. */
export interface Held {
  readonly endpoint: Endpoint<string, string>;
  /** The requests that were begun, in order. */
  readonly begun: readonly string[];
  /** Answers the call of a request with its text in capitals. */
  answer(request: string): Promise<void>;
  fail(request: string, error: unknown): Promise<void>;
}

interface Pending {
  readonly request: string;
  resolve(response: string): void;
  reject(error: unknown): void;
}

/** Makes an endpoint that ignores its context and waits to be told. */
export function held(): Held {
  const begun: string[] = [];
  const pending: Pending[] = [];
  function take(request: string): Pending {
    const found = pending.findIndex((call) => call.request === request);
    const [call] = found < 0 ? [] : pending.splice(found, 1);
    if (call === undefined) throw new Error(`no call ${request} is under way`);
    return call;
  }
  return {
    begun,
    endpoint: (request: string, _ctx: Context) => {
      begun.push(request);
      return new Promise((resolve, reject) => pending.push({ request, resolve, reject }));
    },
    async answer(request) {
      take(request).resolve(request.toUpperCase());
      await settled();
    },
    async fail(request, error) {
      take(request).reject(error);
      await settled();
    },
  };
}

/** Every promise reaction that is due has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
