import { background, type Context, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { balancedClient, createBalancer } from '@fairlead/lb';
import { createEndpointer, type Instancer } from '@fairlead/sd';
import { createHttp2Client } from './http2-client.ts';
import {
  createRollingGrpcClient,
  createRollingHttpClient,
  type RollingClient,
  streamLength,
} from './service.ts';

/** What is called over: each is a load of its own. */
export const loads = [
  'http',
  'http stream',
  'http2',
  'http2 stream',
  'grpc',
  'grpc stream',
] as const;
export type Load = (typeof loads)[number];

/** One call of a load, by its number; rejects unless the answer is whole and right. */
export type Caller = (load: Load, id: number) => Promise<void>;

/** Callers, without any retry. */
export interface Callers extends AsyncDisposable {
  readonly call: Caller;
  /** Resolves when there is somebody to call. */
  ready(ctx: Context): Promise<unknown>;
}

/** The clients of one place over everything. */
interface Place extends Omit<RollingClient, 'close'> {
  readonly echo2: RollingClient['echo'];
  readonly count2: Endpoint<{ id: number }, string>;
  readonly echoGrpc: RollingClient['echo'];
  readonly countGrpc: RollingClient['count'];
}

function clientsOf(address: string, grpcAddress: string): { value: Place; close(): Promise<void> } {
  const http = createRollingHttpClient(address);
  const http2 = createHttp2Client(address);
  const grpc = createRollingGrpcClient(grpcAddress);
  const value: Place = {
    echo: http.echo,
    count: http.count,
    // Both ends are ours.
    echo2: async (request) => JSON.parse(await http2.post('/echo', request)) as { id: number },
    count2: (request) => http2.post('/count', request),
    echoGrpc: grpc.echo,
    countGrpc: grpc.count,
  };
  return {
    value,
    async close() {
      await Promise.all([http.close(), http2.close(), grpc.close()]);
    },
  };
}

function callerOf(place: Place): Caller {
  const one = async (endpoint: RollingClient['echo'], id: number): Promise<void> => {
    const answer = await endpoint({ id }, background);
    if (answer.id !== id) throw new ServiceError('data_loss', `${answer.id} for ${id}`);
  };
  const all = async (endpoint: RollingClient['count'], id: number): Promise<void> => {
    let count = 0;
    for await (const message of await endpoint({ id }, background)) {
      if (message.id === id) count++;
    }
    whole(count);
  };
  const calls: Readonly<Record<Load, (id: number) => Promise<void>>> = {
    http: (id) => one(place.echo, id),
    'http stream': (id) => all(place.count, id),
    http2: (id) => one(place.echo2, id),
    'http2 stream': async (id) => {
      const lines = (await place.count2({ id }, background)).trim().split('\n');
      whole(lines.length);
    },
    grpc: (id) => one(place.echoGrpc, id),
    'grpc stream': (id) => all(place.countGrpc, id),
  };
  return (load, id) => calls[load](id);
}

function whole(count: number): void {
  if (count !== streamLength)
    throw new ServiceError('data_loss', `${count} of ${streamLength} messages`);
}

/** Callers that find the instances through a registry. */
export function createDiscoveringCallers(instancer: Instancer): Callers {
  const endpointer = createEndpointer(instancer, ({ address, metadata }) =>
    clientsOf(address, metadata['grpc'] ?? ''),
  );
  const balancer = createBalancer(endpointer);
  const place = balancedClient(balancer, [
    'echo',
    'count',
    'echo2',
    'count2',
    'echoGrpc',
    'countGrpc',
  ]);
  return {
    call: callerOf(place),
    ready: (ctx) => endpointer.ready(ctx),
    async [Symbol.asyncDispose]() {
      await endpointer.close();
      await instancer.close();
    },
  };
}

/** Callers that know one address for each port, behind which somebody else chooses. */
export function createCallers(address: string, grpcAddress: string): Callers {
  const { value, close } = clientsOf(address, grpcAddress);
  const call = callerOf(value);
  return { call, ready: () => Promise.resolve(), [Symbol.asyncDispose]: close };
}
