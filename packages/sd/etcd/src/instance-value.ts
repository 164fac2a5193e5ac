import type { Instance, InstanceInit } from '@fairlead/sd';

/** An instance as the registry's own words, before it is checked. */
export type ListedInstance = Exclude<InstanceInit, string>;

/**
 * What is stored under the key of an instance: its address alone, as Go kit's etcdv3 writes and
 * reads it, unless there is more to say; then JSON.
 */
export function encodeInstance({ address, weight, zone, metadata }: Instance): string {
  const isPlain = weight === 1 && zone === undefined && Object.keys(metadata).length === 0;
  return isPlain ? address : JSON.stringify({ address, weight, zone, metadata });
}

/**
 * Reads what {@link encodeInstance}, Go kit and etcd's own naming (`{"Addr":…,"Metadata":…}`) write.
 * Never throws: what is none of them becomes an address that is none, which is reported and left out.
 */
export function decodeInstance(id: string, value: string): ListedInstance {
  if (!value.startsWith('{')) return { id, address: value };
  let fields: Readonly<Record<string, unknown>>;
  try {
    // Sound: JSON that begins with a brace is an object.
    fields = JSON.parse(value) as Record<string, unknown>;
  } catch {
    return { id, address: value };
  }
  const { address, Addr, weight, zone, metadata, Metadata } = fields;
  // Sound: the core checks each field, whatever the registry holds.
  return {
    id,
    address: address ?? Addr ?? value,
    weight: weight ?? undefined,
    zone: zone ?? undefined,
    metadata: metadata ?? (isTexts(Metadata) ? Metadata : undefined),
  } as ListedInstance;
}

/** etcd's naming allows anything as metadata; only texts by name are an instance's. */
function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}
