import { isUtf8 } from 'node:buffer';
import { ServiceError } from '@fairlead/endpoint';

/** The text of a body, or a ServiceError of code `invalid_argument` where its bytes are not UTF-8. */
export function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString();
  // What cannot be decoded becomes U+FFFD, which few texts hold: only those are looked at again.
  if (!text.includes('\ufffd') || isUtf8(bytes)) return text;
  throw new ServiceError('invalid_argument', 'the body is not valid UTF-8');
}
