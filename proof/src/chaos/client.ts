import { background, type Endpoint } from '@fairlead/endpoint';
import { balancedClient, createBalancer, retry } from '@fairlead/lb';
import { createEndpointer, type Instancer } from '@fairlead/sd';
import type { NumberedCall } from './load.ts';
import type { Transport } from './options.ts';
import { type AddService, createAddClient } from './service.ts';

/** How long a call may take in all. */
const callMs = 5000;

/** The client under test: discovery, balancer and retry with their defaults. */
export interface ChaosClient extends AsyncDisposable {
  readonly call: NumberedCall;
  /** How many attempts went to each address. */
  readonly attempts: Map<string, number>;
  /** Resolves when so many instances are known. */
  knows(count: number): Promise<void>;
}

/** A client that finds the instances through `instancer`, which it closes in the end. */
export function createChaosClient(instancer: Instancer, transport: Transport): ChaosClient {
  const attempts = new Map<string, number>();
  const counted =
    <Req, Res>(address: string, endpoint: Endpoint<Req, Res>): Endpoint<Req, Res> =>
    (request, ctx) => {
      attempts.set(address, (attempts.get(address) ?? 0) + 1);
      return endpoint(request, ctx);
    };
  const endpointer = createEndpointer(instancer, ({ address }) => {
    const { sum, concat, close } = createAddClient(transport, address);
    const value: AddService = { sum: counted(address, sum), concat: counted(address, concat) };
    return { value, close };
  });
  const client = balancedClient(createBalancer(endpointer), ['sum', 'concat'], {
    middleware: retry({ timeoutMs: callMs }),
  });
  return {
    attempts,
    call: (id, idempotent) =>
      idempotent
        ? client.sum({ a: id, b: 1 }, background)
        : client.concat({ a: String(id), b: '' }, background),
    knows: (count) =>
      new Promise((resolve) => {
        endpointer.subscribe(({ entries }) => {
          if (entries.length >= count) resolve();
        });
      }),
    async [Symbol.asyncDispose]() {
      await endpointer.close();
      await instancer.close();
    },
  };
}
