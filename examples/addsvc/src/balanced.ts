import { balancedClient, createBalancer, type InstanceStatus, retry } from '@fairlead/lb';
import { createEndpointer, type Instancer } from '@fairlead/sd';
import { createAddGrpcClient } from './grpc.ts';
import type { AddService } from './service.ts';

/** One addsvc out of many instances. */
export interface BalancedAddClient extends AddService, AsyncDisposable {
  /** How every instance is doing now. */
  status(): readonly InstanceStatus[];
}

/**
 * A client of every instance that the instancer knows, over gRPC: each call goes to the one that
 * does best, and to another where it failed. Disposing of it closes the instancer, too.
 */
export function balancedAddClient(instancer: Instancer): BalancedAddClient {
  const endpointer = createEndpointer(instancer, ({ address }) => {
    const client = createAddGrpcClient(address);
    const value: AddService = client;
    return { value, close: async () => await client[Symbol.asyncDispose]() };
  });
  const balancer = createBalancer(endpointer);
  return {
    ...balancedClient(balancer, ['sum', 'concat'], { middleware: retry() }),
    status: () => balancer.status(),
    async [Symbol.asyncDispose]() {
      await endpointer.close();
      await instancer.close();
    },
  };
}
