import { ServiceError } from '@fairlead/endpoint';

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** A Buffer's own way is the faster one; not every host has Buffers. */
const isBuffer =
  typeof Buffer === 'function'
    ? (bytes: Uint8Array): bytes is Buffer => bytes instanceof Buffer
    : (_: Uint8Array): _ is Buffer => false;

/** The text of a body, or a ServiceError of code `invalid_argument` where its bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, subject = 'the body'): string {
  const text = isBuffer(bytes) ? bytes.toString() : decoder.decode(bytes);
  // What cannot be decoded becomes U+FFFD, which few texts hold: only those are looked at again.
  if (!text.includes('\ufffd') || isUtf8(bytes)) return text;
  throw new ServiceError('invalid_argument', `${subject} is not valid UTF-8`);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
