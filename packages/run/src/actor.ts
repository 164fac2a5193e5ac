import { type Context, createContext, ServiceError } from '@fairlead/endpoint';

/** Why a group ended: the actor that returned first, and what it said. */
export interface Exit {
  /** The name of the actor. */
  readonly actor: string;
  /** In a few words: the text that it returned, `returned`, or the message of its error. */
  readonly reason: string;
  /** What it threw; undefined where it returned. */
  readonly error: unknown;
}

/** What an actor may ask of the group that runs it. */
export interface RunningGroup {
  /** Ends the group's drain at once; undefined where it has none. */
  readonly hurry: (() => void) | undefined;
}

/**
 * Something that runs until it is done or told to stop: a server, a consumer of a queue, a timer.
 * The shape is that of Go's oklog/run. {@link actor} makes one of a function, {@link serverActor}
 * one of a server, {@link signals} one of the signals of the process.
 */
export interface Actor {
  /** What it is, for the reason of the exit. */
  readonly name: string;
  /**
   * Works. When it settles, the whole group ends; a text that it resolves with is the reason.
   * Called once.
   */
  execute(group: RunningGroup): Promise<unknown>;
  /**
   * Asks {@link execute} to return soon. Called once, also where `execute` has returned already.
   * What is thrown counts as an error of the actor.
   */
  interrupt(exit: Exit): unknown;
}

/**
 * An actor of a function, whose context ends when the group does. A rejection that only says so is
 * no error.
 *
 * ```ts
 * actor('consumer', (ctx) => consume(queue, ctx));
 * ```
 */
export function actor(name: string, work: (ctx: Context) => Promise<unknown>): Actor {
  const ctx = createContext();
  return {
    name,
    async execute() {
      try {
        return await work(ctx);
      } catch (thrown) {
        if (ctx.error !== undefined && ServiceError.from(thrown).code === 'canceled') return '';
        throw thrown;
      }
    },
    interrupt: ({ reason }) => ctx.cancel(new ServiceError('canceled', reason)),
  };
}
