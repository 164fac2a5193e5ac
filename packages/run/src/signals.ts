import type { Actor } from './actor.ts';

/** What tells of signals: Node's `process`. */
export interface SignalEmitter {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

/** Which signals, and whose. */
export interface SignalsOptions {
  /** Default: `SIGTERM`, which a supervisor sends, and `SIGINT`, which Ctrl-C does. */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** Default: the process. */
  readonly process?: SignalEmitter | undefined;
}

/**
 * An actor that returns when the process is asked to stop, with the reason `received signal SIGTERM`.
 *
 * A second signal means at once: it aborts the drain of the group. A third one does what it does to a
 * process that does not listen, and so does the second where there is no drain. The handlers are
 * there from the start of the group to its end, and not before or after.
 */
export function signals(options: SignalsOptions = {}): Actor {
  const { signals: names = ['SIGTERM', 'SIGINT'], process: emitter = process } = options;
  let stop = (): void => {};
  return {
    name: 'signals',
    execute: ({ hurry }) =>
      new Promise((resolve) => {
        let count = 0;
        const received = (signal: NodeJS.Signals): void => {
          count++;
          if (count > 1) hurry?.();
          if (count > 1 || hurry === undefined) remove();
          resolve(`received signal ${signal}`);
        };
        const remove = (): void => {
          for (const name of names) emitter.off(name, received);
        };
        for (const name of names) emitter.on(name, received);
        stop = () => {
          remove();
          resolve('');
        };
      }),
    interrupt: () => stop(),
  };
}
