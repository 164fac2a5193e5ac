import type { Operation } from '@fairlead/endpoint';
import type { ClientCall } from '../hooks.ts';
import type { MetadataReader } from '../metadata.ts';
import { MemoryMetadata, noMetadata } from './metadata.ts';

/** One call on the client. A class, as the one object that every call needs. */
export class MemoryClientCall implements ClientCall {
  readonly operation: Operation;
  /** What goes out; set once, when the request has been encoded. */
  message: unknown = undefined;
  responseMetadata: MetadataReader = noMetadata;
  private outgoing: MemoryMetadata | undefined = undefined;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  get requestMetadata(): MemoryMetadata {
    this.outgoing ??= new MemoryMetadata();
    return this.outgoing;
  }

  /** What the server gets beside the message. */
  sentMetadata(): MetadataReader {
    return this.outgoing?.sent() ?? noMetadata;
  }
}
