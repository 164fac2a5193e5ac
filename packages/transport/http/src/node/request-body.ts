import { consumed, hungUp, tooLarge, unsupportedCoding } from '../codecs/body-errors.ts';
import { joined } from '../codecs/joined.ts';
import { codingOf } from '../compression/content-coding.ts';
import { readCompressed } from '../compression/decompress.ts';
import { whenWhole } from '../http2/whole.ts';
import { type HostRequest, parsedBytes } from './host-request.ts';

const rightBehind: Promise<void> = /* @__PURE__ */ Promise.resolve();

/** What a function makes of the bytes of a body; what it throws, this rejects with. */
export function readBody<T>(
  request: HostRequest,
  maxBytes: number,
  decode: (bytes: Buffer) => T | Promise<T>,
): Promise<T> {
  const parsed = parsedBytes(request);
  if (parsed !== undefined) return Promise.resolve(parsed).then(decode);
  if (request.readableDidRead) return Promise.reject(consumed());
  // In HTTP/2 a request that has broken off is not destroyed.
  if (request.destroyed || request.aborted) return Promise.reject(hungUp());
  const coding = codingOf(request.headers['content-encoding']);
  if (coding === 'unknown') return Promise.reject(unsupportedCoding());
  const length = Number(request.headers['content-length']);
  if (length > maxBytes) return Promise.reject(tooLarge(maxBytes));
  if (coding !== undefined) return readCompressed(request, coding, maxBytes).then(decode);
  // Where somebody listens already the body flows: what is not heard now is lost.
  if (request.readableFlowing !== null) return collected(request, maxBytes, decode);
  // A request is handled when its head has come, and a short body comes right behind it.
  return rightBehind.then(() =>
    request.readableLength === length && !request.destroyed
      ? decode(buffered(request))
      : collected(request, maxBytes, decode),
  );
}

/** A body that is there, whole: its length is proof. Without listeners, which would cost more than the reading. */
function buffered(request: HostRequest): Buffer {
  if (request.readableDidRead) throw consumed();
  // Without a limit it is all that there is.
  const bytes: Buffer | null = request.read();
  // To its end, of which others want to hear.
  request.resume();
  return bytes ?? joined([]);
}

function collected<T>(
  request: HostRequest,
  maxBytes: number,
  decode: (bytes: Buffer) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (request.readableDidRead) return reject(consumed());
    if (request.destroyed || request.aborted) return reject(hungUp());
    let open = true;
    const chunks: Buffer[] = [];
    let size = 0;
    request
      .on('data', collect)
      .on('end', () => whenWhole(request, finish))
      .on('error', hangUp)
      .on('close', hangUp);

    function collect(chunk: Buffer): void {
      // After a refusal what still comes is read and dropped, so that the answer can go out.
      if (!open) return;
      size += chunk.length;
      if (size > maxBytes) stop(tooLarge(maxBytes));
      else chunks.push(chunk);
    }

    function finish(): void {
      if (!open) return;
      open = false;
      try {
        resolve(decode(joined(chunks)));
      } catch (error) {
        reject(error);
      }
    }

    function hangUp(cause?: Error): void {
      if (open) stop(hungUp(cause));
    }

    function stop(error: Error): void {
      open = false;
      chunks.length = 0;
      reject(error);
    }
  });
}
