import type { Convention } from './convention.ts';
import { http } from './http.ts';
import { rpc } from './rpc.ts';

/** The conventions for the calls of a transport: HTTP's own, and those of remote procedure calls for all others. */
export function conventionOf(transport: string): Convention {
  return transport === 'http' ? http : rpc;
}
