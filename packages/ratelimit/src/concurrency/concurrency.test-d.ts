import { background, type Endpoint, type Middleware } from '@fairlead/endpoint';
import type { GrpcServerOptions } from '@fairlead/grpc';
import type { HttpHandlerOptions } from '@fairlead/http';
import type { ServerCall, ServerHooks } from '@fairlead/transport';
import {
  adaptiveLimit,
  adaptiveThrottle,
  bulkhead,
  type ConcurrencyLimit,
  createLoopDelay,
  shed,
} from '../index.ts';

// A shedder's hooks are those of any transport, and of HTTP in particular.
const { hooks, admit } = shed();
hooks satisfies ServerHooks<ServerCall, unknown>;
hooks satisfies Pick<HttpHandlerOptions<string, number>, 'before' | 'finalize'>;
({ admit }) satisfies GrpcServerOptions;

// Middlewares keep the shape of what they decorate.
declare const sum: Endpoint<{ a: number; b: number }, number>;
bulkhead({ limit: 1 }) satisfies Middleware;
adaptiveThrottle() satisfies Middleware;
bulkhead({ limit: adaptiveLimit() })(sum)({ a: 1, b: 2 }, background) satisfies Promise<number>;
// @ts-expect-error the request is the one of what it decorates
bulkhead({ limit: 1 })(sum)({ a: 1 }, background);

// @ts-expect-error a bulkhead without a limit is none
bulkhead({});
// @ts-expect-error there is no such order
bulkhead({ limit: 1, order: 'random' });
// @ts-expect-error there is no such priority
shed({ priority: () => 'urgent' });

// A limit of somebody's own.
const own: ConcurrencyLimit = { current: 7, ended() {} };
shed({ limit: own, loopDelay: { currentMs: 0 } });
shed({ limit: false, loopDelay: createLoopDelay() });
