/** The keys from `start` on and before `end`, in base64 as the gateway wants them. */
export interface KeyRange {
  readonly key: string;
  readonly range_end: string;
}

/** What a key of etcd is on the gateway. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The text of what the gateway sends; undefined becomes the empty text, which it leaves out. */
export function fromBase64(encoded: string | undefined): string {
  return Buffer.from(encoded ?? '', 'base64').toString();
}

/** The folder of a service: `/services/add/`. Its slash keeps the keys of `/services/adder` out. */
export function folderOf(prefix: string, service: string): string {
  return `${prefix}/${checkSegment('service', service)}/`;
}

/** Every key in a folder: up to the folder's name with the byte that follows `/`. */
export function rangeOf(folder: string): KeyRange {
  return { key: base64(folder), range_end: base64(`${folder.slice(0, -1)}0`) };
}

/** The instance that a key names; undefined for a key that lies deeper and is somebody else's. */
export function idOf(folder: string, key: string): string | undefined {
  const id = key.slice(folder.length);
  return key.startsWith(folder) && id !== '' && !id.includes('/') ? id : undefined;
}

/** Hands back one part of a key, or throws a `TypeError` that says what it must not be. */
export function checkSegment(name: string, value: string): string {
  if (typeof value === 'string' && value !== '' && !value.includes('/')) return value;
  throw new TypeError(
    `${name} must be a text without a slash, which parts the keys, but is ${JSON.stringify(value)}`,
  );
}

/** A prefix without the slash at its end, which is put there anyway. */
export function checkPrefix(prefix: string): string {
  const bare = prefix.replace(/\/+$/, '');
  if (!bare.includes('//')) return bare;
  throw new TypeError(`prefix must not have an empty part, but is ${JSON.stringify(prefix)}`);
}
