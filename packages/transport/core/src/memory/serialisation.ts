import { isAsyncIterable, ServiceError } from '@fairlead/endpoint';
import { mapStream } from '../map-stream.ts';
import { type Format, jsonFormat, structuredFormat, unsendable } from './unsendable.ts';

/**
 * What becomes of a message on its way through memory.
 *
 * - `none`: it is handed over as it is. Nothing is copied, so both sides hold the same object.
 * - `structured`: it arrives as a copy, as between two threads. `Date`, `Map`, `Set`, bytes, bigint
 *   and cycles survive; a function, a symbol or an object with a class of its own is refused.
 * - `json`: it arrives as JSON would bring it. Whatever JSON loses or changes is refused: a `Date`, a
 *   `Map`, `NaN`, a bigint, an `undefined` in a list, an object with a class, a cycle, more than 64
 *   levels. A property that is `undefined` is left out, and -0 is 0.
 *
 * What is refused fails the call with `internal` and the path of the value. Properties whose key is a
 * symbol never cross where there is a copy. Each message of a stream is taken by itself.
 */
export type Serialisation = 'none' | 'structured' | 'json';

/** Makes of a message what the other side gets; `place` is the name of the whole of it in an error. */
export type Pack = (message: unknown, place: string) => unknown;

/** The {@link Pack} of a kind of serialisation; throws a TypeError for one that is not known. */
export function packer(serialisation: Serialisation): Pack {
  const pack = Object.hasOwn(packers, serialisation) ? packers[serialisation] : undefined;
  if (pack !== undefined) return pack;
  const known = Object.keys(packers).join(', ');
  throw new TypeError(
    `serialisation must be one of ${known}, but is ${JSON.stringify(serialisation)}`,
  );
}

const packers: Readonly<Record<Serialisation, Pack>> = {
  none: (message) => message,
  structured: copying(structuredFormat, structuredClone),
  json: copying(jsonFormat, (message) => JSON.parse(JSON.stringify(message))),
};

function copying(format: Format, copy: (message: unknown) => unknown): Pack {
  return function pack(message, place): unknown {
    if (message === undefined) return undefined;
    if (isAsyncIterable(message)) return mapStream(message, (item) => pack(item, place));
    const found = unsendable(message, format);
    if (found !== undefined) {
      throw new ServiceError(
        'internal',
        `${place}${found.path} does not survive ${format.name}: it is ${found.what}; encode it as something that does`,
      );
    }
    return copy(message);
  };
}
