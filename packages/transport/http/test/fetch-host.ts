// Runs the conformance suite on Bun or on Deno, whichever runs this, and prints what failed.
import { transportConformance } from '@fairlead/testing';
import type { FetchHandler } from '../src/fetch.ts';
import { type FetchServer, fetchBinding } from './fetch-binding.ts';

/** What is used of the two. */
interface Runtime {
  readonly Bun?: {
    serve(options: { port: number; hostname: string; fetch: FetchHandler }): {
      readonly port: number;
      stop(closeActive: boolean): Promise<void>;
    };
  };
  readonly Deno?: {
    serve(
      options: { port: number; hostname: string; onListen: () => void },
      handler: FetchHandler,
    ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
  };
}

const { Bun, Deno } = globalThis as Runtime;

function start(handler: FetchHandler): FetchServer {
  const where = { port: 0, hostname: '127.0.0.1' };
  const fetchIt = (request: Request): Promise<Response> => fetch(request);
  if (Bun !== undefined) {
    const server = Bun.serve({ ...where, fetch: handler });
    return {
      url: `http://127.0.0.1:${server.port}`,
      fetch: fetchIt,
      close: () => server.stop(true),
    };
  }
  if (Deno === undefined) throw new Error('run this with Bun or with Deno');
  const server = Deno.serve({ ...where, onListen: () => {} }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    fetch: fetchIt,
    close: () => server.shutdown(),
  };
}

const failures: string[] = [];
const cases = transportConformance(fetchBinding(start));
for (const { name, run } of cases) {
  await run().catch((error: unknown) => failures.push(`${name}: ${String(error)}`));
}
console.log(JSON.stringify({ cases: cases.length, failures }));
