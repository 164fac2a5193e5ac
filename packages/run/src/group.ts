import type { Actor, Exit, RunningGroup } from './actor.ts';
import type { Drain } from './drain.ts';

/** How a group runs. */
export interface RunOptions {
  /** What is done between the return of the first actor and the end of the others. */
  readonly drain?: Drain | undefined;
  /** Is told why the group ends, before the drain begins: the place for a line of the log. */
  readonly onExit?: ((exit: Exit) => void) | undefined;
  /** Is told of every error of an actor, also of those that {@link run} does not reject with. */
  readonly onError?: ((error: unknown, actor: string) => void) | undefined;
}

/**
 * Runs actors together, until the first of them returns, and ends the others:
 *
 * 1. every actor is started, in the order of the list;
 * 2. the first that settles, either way, decides: `onExit` is told;
 * 3. the drain runs, if there is one;
 * 4. every actor is interrupted, in the order of the list, the first one too;
 * 5. every actor is waited for, however long that takes.
 *
 * Resolves with the reason. Rejects with the first error that any actor threw, in the order of time;
 * an actor that fails does not keep the others from being ended. It installs no handler, writes
 * nothing and never exits the process: that ends by itself when nothing is left.
 *
 * ```ts
 * const { reason } = await run([signals(), serverActor('http', server, { listen: { port: 8080 } })], { drain });
 * ```
 */
export async function run(actors: readonly Actor[], options: RunOptions = {}): Promise<Exit> {
  if (actors.length === 0)
    throw new TypeError('run needs an actor: with none it would end at once');
  const { drain, onExit, onError } = options;
  const errors: unknown[] = [];
  const failed = (error: unknown, name: string): void => {
    errors.push(error);
    onError?.(error, name);
  };

  const group: RunningGroup = { hurry: drain && (() => drain.abort()) };
  const endings = actors.map((actor) => ended(actor, group, failed));
  const exit = await Promise.race(endings);
  await guarded(() => onExit?.(exit), exit.actor, failed);
  await drain?.start(exit.reason);
  await Promise.all(
    actors.map((actor) => guarded(() => actor.interrupt(exit), actor.name, failed)),
  );
  await Promise.all(endings);
  if (errors.length > 0) throw errors[0];
  return exit;
}

type Failed = (error: unknown, name: string) => void;

async function ended(actor: Actor, group: RunningGroup, failed: Failed): Promise<Exit> {
  const { name } = actor;
  try {
    const said = await actor.execute(group);
    const reason = typeof said === 'string' && said !== '' ? said : 'returned';
    return { actor: name, reason, error: undefined };
  } catch (error) {
    failed(error, name);
    return { actor: name, reason: error instanceof Error ? error.message : String(error), error };
  }
}

async function guarded(work: () => unknown, name: string, failed: Failed): Promise<void> {
  try {
    await work();
  } catch (error) {
    failed(error, name);
  }
}
