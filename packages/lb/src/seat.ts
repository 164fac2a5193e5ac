import type { EndpointEntry } from '@fairlead/sd';
import { Health } from './health.ts';
import { Node } from './node.ts';

/** All that is known about one entry of an endpointer. A class, as its node has to know it. */
export class Seat<T> {
  readonly entry: EndpointEntry<T>;
  readonly node: Node;
  readonly health: Health = new Health();
  /** Whether the endpointer still has the entry. */
  isTaken = true;

  constructor(entry: EndpointEntry<T>) {
    this.entry = entry;
    this.node = new Node(entry.instance, this);
  }
}
