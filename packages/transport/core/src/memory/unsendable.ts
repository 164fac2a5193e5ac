/** A part of a message that a format does not carry. */
export interface Unsendable {
  /** How to get there from the message, as code: `.items[2].at`; empty for the message itself. */
  readonly path: string;
  /** What is there: `a Date`, `NaN`. */
  readonly what: string;
}

/** What a format carries besides text, flags, finite numbers, null, lists and plain objects. */
export interface Format {
  readonly name: string;
  /** Whether every primitive but a symbol is carried. */
  readonly primitives: boolean;
  /** The prototypes of the other objects that are carried. */
  readonly prototypes: ReadonlySet<unknown>;
  /** Whether an object may be in several places and keep its identity, within itself too. */
  readonly references: boolean;
  readonly maxDepth: number;
}

/** JSON, and as deep as the HTTP transport reads it by default. */
export const jsonFormat: Format = {
  name: 'JSON',
  primitives: false,
  prototypes: new Set(),
  references: false,
  maxDepth: 64,
};

/** The structured clone algorithm of HTML, as `structuredClone` and worker threads have it. */
export const structuredFormat: Format = {
  name: 'a structured clone',
  primitives: true,
  prototypes: new Set([
    ...[Date, RegExp, Map, Set, ArrayBuffer, DataView].map(({ prototype }) => prototype),
    ...[Int8Array, Int16Array, Int32Array, BigInt64Array].map(({ prototype }) => prototype),
    ...[Uint8Array, Uint16Array, Uint32Array, BigUint64Array].map(({ prototype }) => prototype),
    ...[Uint8ClampedArray, Float32Array, Float64Array].map(({ prototype }) => prototype),
  ]),
  references: true,
  // Far less than the stack holds.
  maxDepth: 1000,
};

/** The first part of a message that a format would lose or change; undefined where there is none. */
export function unsendable(message: unknown, format: Format): Unsendable | undefined {
  return search(message, format, new Set(), 0);
}

/** The path is made on the way back only: a message that is fine costs no text. */
function search(
  value: unknown,
  format: Format,
  seen: Set<object>,
  depth: number,
): Unsendable | undefined {
  if (typeof value !== 'object' || value === null) {
    return isCarried(value, format) ? undefined : here(describe(value));
  }
  if (seen.has(value)) return format.references ? undefined : here('inside itself');
  if (depth >= format.maxDepth)
    return here(`below ${format.maxDepth} levels, the most there may be`);
  seen.add(value);
  const found = searchObject(value, format, (part) => search(part, format, seen, depth + 1));
  if (!format.references) seen.delete(value);
  return found;
}

type SearchPart = (part: unknown) => Unsendable | undefined;

function searchObject(object: object, format: Format, part: SearchPart): Unsendable | undefined {
  if (Array.isArray(object)) return searchList(object, part);
  const prototype: unknown = Object.getPrototypeOf(object);
  if (isPlain(prototype)) return searchProperties(object, part);
  if (!format.prototypes.has(prototype)) return here(describe(object));
  if (object instanceof Map) return searchList([...object.entries()], part);
  return object instanceof Set ? searchList([...object], part) : undefined;
}

function searchList(list: readonly unknown[], part: SearchPart): Unsendable | undefined {
  for (let i = 0; i < list.length; i++) {
    const found = part(list[i]);
    if (found !== undefined) return { ...found, path: `[${i}]${found.path}` };
  }
  return undefined;
}

function searchProperties(object: object, part: SearchPart): Unsendable | undefined {
  for (const [key, value] of Object.entries(object)) {
    const found = value === undefined ? undefined : part(value);
    if (found !== undefined) return { ...found, path: step(key) + found.path };
  }
  return undefined;
}

function step(key: string): string {
  return /^[\p{L}_$][\p{L}\d_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function here(what: string): Unsendable {
  return { path: '', what };
}

function isCarried(value: unknown, { primitives }: Format): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (primitives || value === null || typeof value === 'string') return true;
  return typeof value === 'boolean' || Number.isFinite(value);
}

/** Object literals, of this realm or another, and objects without a prototype. */
function isPlain(prototype: unknown): boolean {
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    const { constructor: made } = value;
    return typeof made === 'function' ? `an object of class ${made.name}` : 'an object of a class';
  }
  return typeof value === 'number' || value === undefined ? String(value) : `a ${typeof value}`;
}
