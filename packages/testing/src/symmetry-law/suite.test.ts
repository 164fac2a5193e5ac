import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { createMemoryClient, createMemoryServer, memoryHandler } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import type { Message, TransportBinding } from '../transport-conformance/binding.ts';
import { type SymmetryLawOptions, symmetryLaw } from './suite.ts';

type Call = Endpoint<Message, Message>;

/** The transport in memory, with a fault between the caller and the client. */
function faulty(fault: (call: Call) => Call): TransportBinding {
  return {
    async pair(endpoint, { server: serverHooks, client: clientHooks }) {
      const server = createMemoryServer({ echo: memoryHandler(endpoint, serverHooks) });
      const client = createMemoryClient(server);
      return {
        call: fault(client.endpoint('echo', clientHooks)),
        close: () => server.close({ graceMs: 0 }),
      };
    },
  };
}

/** What the laws of these names say about a binding with a fault; nothing of those that hold. */
async function failuresOf(
  fault: (call: Call) => Call,
  names: RegExp,
  options?: SymmetryLawOptions,
): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, run } of symmetryLaw(faulty(fault), options)) {
    if (names.test(name)) await run().catch((error: Error) => failures.push(error.message));
  }
  return failures;
}

/** Changes the errors of a call. */
const failing =
  (change: (error: ServiceError) => ServiceError): ((call: Call) => Call) =>
  (call) =>
  (request, ctx) =>
    call(request, ctx).catch((error: ServiceError) => {
      throw change(error);
    });

const faults: readonly (readonly [fault: string, laws: RegExp, make: (call: Call) => Call])[] = [
  [
    'reads text as ASCII',
    /any message/,
    (call) => async (request, ctx) =>
      JSON.parse(JSON.stringify(await call(request, ctx)).replace(/[^\0-\x7f]/gu, '?')),
  ],
  [
    'forgets how long to wait',
    /any ServiceError/,
    failing(
      ({ code, message, retryable, details }) =>
        new ServiceError(code, message, { retryable, details }),
    ),
  ],
  [
    'forgets whether to try again',
    /chain of causes/,
    failing(
      ({ code, message, retryAfterMs, details }) =>
        new ServiceError(code, message, { retryAfterMs, details }),
    ),
  ],
  [
    'calls every AbortError internal',
    /error of any name/,
    failing(({ code, ...rest }) => new ServiceError('internal', 'internal error', rest)),
  ],
  [
    'says more of an unknown error than it should',
    /anything else/,
    failing((error) =>
      error.message === 'internal error' ? new ServiceError('internal', 'TypeError: x') : error,
    ),
  ],
  [
    'calls for a caller who has canceled',
    /calls nothing/,
    (call) => (request, ctx) =>
      call(request, ctx.error?.code === undefined ? ctx : background.withCancel()),
  ],
  [
    'gives every cancellation the same reason',
    /both sides when the caller cancels/,
    (call) => (request, ctx) =>
      call(request, ctx).catch((error) => {
        throw ctx.error === undefined ? error : new ServiceError('canceled', 'call canceled');
      }),
  ],
  [
    'answers a caller who left as unavailable',
    /in no other way/,
    failing((error) =>
      error.code === 'canceled' ? new ServiceError('unavailable', 'gone') : error,
    ),
  ],
  [
    'gives the server more time than there is',
    /time that is left/,
    (call) => async (request, ctx) => {
      using more = background.withTimeout(ctx.remainingMs() + 1);
      return await call(request, more);
    },
  ],
  [
    'limits every call',
    /has no deadline/,
    (call) => async (request, ctx) => {
      using less = ctx.withTimeout(60_000);
      return await call(request, less);
    },
  ],
  [
    'calls a deadline a cancellation',
    /at the deadline/,
    failing((error) =>
      error.code === 'deadline_exceeded' ? new ServiceError('canceled', 'late') : error,
    ),
  ],
  [
    'answers a call with the answer of another',
    /many calls at once/,
    (call) => {
      let last: Promise<Message> | undefined;
      let inFlight = 0;
      return (request, ctx) => {
        const answer = inFlight > 2 && last !== undefined ? last : call(request, ctx);
        last = answer;
        inFlight++;
        return answer.finally(() => inFlight--);
      };
    },
  ],
];

describe('the symmetry law', () => {
  it('holds for a binding without a fault', async () => {
    expect(await failuresOf((call) => call, /./)).toEqual([]);
  });

  it.each(faults)('is broken by a binding that %s', async (_fault, law, make) => {
    expect(await failuresOf(make, law)).toHaveLength(1);
  });

  it('prints the seed, the path and the counterexample of a failure', async () => {
    const [[, , readsAscii]] = faults as [(typeof faults)[number]];
    const [message] = await failuresOf(readsAscii, /any message/, { seed: 42 });
    expect(message).toMatch(/seed: 42, path: "[\d:]+"/);
    expect(message).toContain('Counterexample');
  });

  it('tries the same again with the same seed, and first what a path leads to', async () => {
    const requests = async (options: SymmetryLawOptions) => {
      const seen: string[] = [];
      const [law] = symmetryLaw(
        faulty((call) => (request, ctx) => {
          seen.push(JSON.stringify(request['request']));
          return call(request, ctx);
        }),
        options,
      );
      await law?.run();
      return seen;
    };
    const first = await requests({ seed: 3, runs: 5 });
    expect(first).toHaveLength(5);
    expect(await requests({ seed: 3, runs: 5 })).toEqual(first);
    expect(await requests({ seed: 4, runs: 5 })).not.toEqual(first);
    expect((await requests({ seed: 3, path: '2' }))[0]).toBe(first[2]);
  });

  it('leaves out what is declared, and takes no name that is none', () => {
    const binding = faulty((call) => call);
    const name = 'has no deadline where the caller has none';
    const laws = symmetryLaw(binding, { skips: { [name]: 'it always has one' } });
    expect(laws).toHaveLength(symmetryLaw(binding).length - 1);
    expect(laws.map((law) => law.name)).not.toContain(name);
    expect(() => symmetryLaw(binding, { skips: { 'is fast': 'it is not' } })).toThrow(
      'no law is named "is fast"',
    );
  });

  it('refuses a number of runs that is none', () => {
    expect(() =>
      symmetryLaw(
        faulty((call) => call),
        { runs: 0 },
      ),
    ).toThrow(RangeError);
  });
});
