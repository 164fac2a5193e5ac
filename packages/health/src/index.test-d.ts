import type { GrpcServer } from '@fairlead/grpc';
import type { Balancer } from '@fairlead/lb';
import type { Endpointer, Instancer } from '@fairlead/sd';
import { createHealth, createHealthFeed, discovered } from './index.ts';

declare const instancer: Instancer;
declare const endpointer: Endpointer<string>;
declare const balancer: Balancer<string>;
declare const grpc: GrpcServer;

// What is discovered, and what is told, is ours elsewhere: by its shape alone.
discovered(instancer);
discovered(endpointer);
discovered(balancer);
const health = createHealth();
createHealthFeed(health, grpc.health);

// @ts-expect-error: a kind that is none.
health.add({ name: 'a', kind: 'other', check: () => {} });
// @ts-expect-error: a check without a name.
health.add({ check: () => {} });
// @ts-expect-error: a question that is none.
void health.ask('healthy');
