import { checkMetadata, type MetadataReader, type MetadataWriter } from '../metadata.ts';

/** Metadata that is still to be sent. A class, since calls make them; it holds nothing before a `set`. */
export class MemoryMetadata implements MetadataWriter {
  private values: Map<string, string> | undefined = undefined;

  get(name: string): string | undefined {
    return this.values?.get(name.toLowerCase());
  }

  set(name: string, value: string): void {
    const key = checkMetadata(name, value);
    this.values ??= new Map();
    this.values.set(key, value);
  }

  /** What the other side gets: what is set now, and nothing that is set later. */
  sent(): MetadataReader {
    if (this.values === undefined) return noMetadata;
    const sent = new MemoryMetadata();
    sent.values = new Map(this.values);
    return sent;
  }
}

/** What a side reads that was sent nothing. */
export const noMetadata: MetadataReader = { get: () => undefined };
