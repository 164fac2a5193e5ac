import type { Clock } from '@fairlead/endpoint';

/** How long an end is doubted, in milliseconds: of 300 cancellations from another process it leaves two. */
const doubtMs = 5;

/**
 * Calls `done` when the end of a stream over HTTP/2 is to be believed: 5 ms and a turn of the event loop
 * after it came. For transports that read what a client streams over HTTP/2. Returns what takes it back,
 * for when the client has canceled meanwhile; after `done` that does nothing.
 *
 * A client on Node's HTTP/2 that cancels ends its stream first, and says what it meant when its event loop
 * turns next: without the wait three of four cancellations are an end, and a part is taken for the whole. A
 * client that is slower than the wait is believed.
 */
export function believeEnd(clock: Clock, done: () => void): () => void {
  let stop = clock.schedule(doubtMs, () => {
    // In this turn what has arrived meanwhile is read.
    const turn = setImmediate(done);
    stop = () => clearImmediate(turn);
  });
  return () => stop();
}
