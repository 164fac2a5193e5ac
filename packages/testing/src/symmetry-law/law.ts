import type { Endpoint } from '@fairlead/endpoint';
import type * as FastCheck from 'fast-check';
import type { Message, PairOptions, TransportBinding } from '../transport-conformance/binding.ts';

/** fast-check, which is loaded when the first law is run and not before. */
export type Fc = typeof FastCheck;

/** What a law is examined with. */
export interface Proof {
  readonly fc: Fc;
  readonly binding: TransportBinding;
  /** How often each property is tried, and where its choices start: see fast-check's `assert`. */
  readonly parameters: FastCheck.Parameters<unknown> & { readonly numRuns: number };
}

/** A part of the symmetry law, before it is given the binding that it examines. */
export type Law = readonly [name: string, check: (proof: Proof) => Promise<void>];

/** Runs one try: an endpoint, and the scene that plays with its remote side. */
export type Play = (
  endpoint: Endpoint<Message, Message>,
  scene: (remote: Endpoint<Message, Message>) => Promise<void>,
) => Promise<void>;

/**
 * One pair for all the tries of a property, since a server for each would be dear. Each try has a
 * number that its calls carry, so that a call which comes late finds the endpoint of its own try.
 */
export async function onStage(
  { binding }: Proof,
  perform: (play: Play) => Promise<void>,
  options: PairOptions = {},
): Promise<void> {
  const endpoints = new Map<unknown, Endpoint<Message, Message>>();
  const dispatch: Endpoint<Message, Message> = ({ attempt, request }, ctx) => {
    const endpoint = endpoints.get(attempt);
    // Sound: `play` below sent a message in this place.
    return endpoint === undefined ? Promise.resolve({}) : endpoint(request as Message, ctx);
  };
  const pair = await binding.pair(dispatch, options);
  let attempts = 0;
  try {
    await perform(async (endpoint, scene) => {
      const attempt = attempts++;
      endpoints.set(attempt, endpoint);
      await scene((request, ctx) => pair.call({ attempt, request }, ctx));
      endpoints.delete(attempt);
    });
  } finally {
    await pair.close();
  }
}
