import type { EndpointEntry } from '@fairlead/sd';
import { Health } from './health.ts';
import { Node } from './node.ts';

/** All that is known about one entry of an endpointer. */
export interface Seat<T> {
  readonly entry: EndpointEntry<T>;
  readonly node: Node;
  readonly health: Health;
}

export function newSeat<T>(entry: EndpointEntry<T>): Seat<T> {
  return { entry, node: new Node(entry.instance), health: new Health() };
}
