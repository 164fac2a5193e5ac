import type { Actor } from './actor.ts';

/** A server, as an actor needs it: those of `@fairlead/http` and `@fairlead/grpc` are. */
export interface ListeningServer<Options, Address> {
  /** Opens the port; rejects, and says why, where it cannot. */
  listen(options?: Options): Promise<Address>;
  /** Lets what is in flight finish, and closes. A second time waits for the same. */
  close(): Promise<void>;
}

/** How a server is run. */
export interface ServerActorOptions<Options, Address> {
  /** Where it listens. Default: the server's own. */
  readonly listen?: Options | undefined;
  /**
   * Is told where it listens, and is waited for: the place to register the instance. What it throws
   * ends the group.
   */
  readonly onListening?: ((address: Address) => unknown) | undefined;
}

/**
 * An actor that listens until the group ends, and closes the server then. It fails where the port
 * cannot be opened. Give the server to the group's drain as well: that closes it in its turn, and
 * this finds it closed.
 */
export function serverActor<Options, Address>(
  name: string,
  server: ListeningServer<Options, Address>,
  options: ServerActorOptions<Options, Address> = {},
): Actor {
  let interrupted = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    interrupted = resolve;
  });
  return {
    name,
    async execute() {
      const address = await server.listen(options.listen);
      await options.onListening?.(address);
      await stopped;
    },
    async interrupt() {
      await server.close();
      interrupted();
    },
  };
}
