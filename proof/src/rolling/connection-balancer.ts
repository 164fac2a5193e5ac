import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One who can be sent connections. */
export interface Backend {
  readonly name: string;
  /** Where connections go. */
  readonly address: string;
  /** What answers 200 as long as they may. */
  readonly readyUrl: string;
}

/**
 * A load balancer of connections, as kube-proxy is one: it knows who is ready by asking, sends each new
 * connection to one of those in turn, and leaves the connections that there are alone.
 */
export interface ConnectionBalancer extends AsyncDisposable {
  readonly address: string;
  /** Resolves when it is ready. */
  add(backend: Backend): Promise<void>;
  /** Forgets one that has gone. */
  remove(name: string): void;
}

const probeEveryMs = 50;

/** Starts a balancer without anybody to send connections to. */
export async function startConnectionBalancer(): Promise<ConnectionBalancer> {
  const backends = new Map<string, Backend>();
  const ready = new Set<string>();
  const sockets = new Set<Socket>();
  let turn = 0;
  let isClosed = false;

  async function probe(backend: Backend): Promise<boolean> {
    const isReady = await fetch(backend.readyUrl, { headers: { connection: 'close' } }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (isReady) ready.add(backend.name);
    else ready.delete(backend.name);
    return isReady;
  }

  async function watch(backend: Backend): Promise<void> {
    while (!isClosed && backends.get(backend.name) === backend) {
      await probe(backend);
      await new Promise((resolve) => setTimeout(resolve, probeEveryMs));
    }
    ready.delete(backend.name);
  }

  const server = createServer((client) => {
    const chosen = [...ready][turn++ % Math.max(1, ready.size)];
    const backend = chosen === undefined ? undefined : backends.get(chosen);
    if (backend === undefined) return void client.destroy();
    const [host = '', port = ''] = backend.address.split(':');
    const upstream = connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.end();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Sound: a server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;

  return {
    address: `127.0.0.1:${port}`,
    async add(backend) {
      backends.set(backend.name, backend);
      while (!(await probe(backend))) await new Promise((resolve) => setTimeout(resolve, 10));
      void watch(backend);
    },
    remove: (name) => void backends.delete(name),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
