import type { Socket } from 'node:net';
import type { Clock, Random } from '@fairlead/endpoint';
import type { Faults } from './faults.ts';

/** Carries the bytes of one connection in one direction, with the faults of the moment. */
export interface Pipe {
  /** How many bytes it has taken and not yet passed on. */
  heldBytes(): number;
  /** The faults have changed. */
  refresh(): void;
  /** Stops for good; leaves no timer. */
  stop(): void;
}

interface PipeOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly faults: () => Faults;
  /** Closes the connection, when a limit has been reached. */
  readonly close: () => void;
  readonly clock: Clock;
  readonly random: Random;
}

interface Piece {
  /** The end of the stream where undefined. */
  readonly bytes: Buffer | undefined;
  readonly due: number;
}

/** Where so many bytes wait, no more are read from the source. */
const highWaterBytes = 1 << 20;

export function createPipe({ from, to, faults, close, clock, random }: PipeOptions): Pipe {
  const queue: Piece[] = [];
  let held = 0;
  let passed = 0;
  let lastDue = 0;
  let stopped = false;
  let cancelTimer = (): void => {};

  function enqueue(bytes: Buffer | undefined): void {
    const { latencyMs = 0, jitterMs = 0, bytesPerSecond, sliceDelayMs = 0 } = faults();
    const spread = (2 * random() - 1) * jitterMs;
    let due = Math.max(clock.now() + Math.max(0, latencyMs + spread), lastDue);
    for (const slice of slices(bytes, faults().sliceBytes)) {
      if (bytesPerSecond !== undefined) due += ((slice?.length ?? 0) * 1000) / bytesPerSecond;
      queue.push({ bytes: slice, due });
      held += slice?.length ?? 0;
      lastDue = due;
      due += sliceDelayMs;
    }
    if (held > highWaterBytes) from.pause();
    pump();
  }

  function pump(): void {
    cancelTimer();
    if (stopped || faults().blackhole || to.writableNeedDrain) return;
    for (let piece = queue[0]; piece !== undefined; piece = queue[0]) {
      if (piece.due > clock.now()) {
        cancelTimer = clock.schedule(piece.due - clock.now(), pump);
        break;
      }
      queue.shift();
      if (!pass(piece.bytes)) break;
    }
    if (held <= highWaterBytes) from.resume();
  }

  /** Whether more may follow now. */
  function pass(bytes: Buffer | undefined): boolean {
    if (bytes === undefined) {
      to.end();
      return false;
    }
    held -= bytes.length;
    const allowed = (faults().limitBytes ?? Infinity) - passed;
    passed += bytes.length;
    if (bytes.length < allowed) return to.write(bytes);
    stopped = true;
    to.write(bytes.subarray(0, Math.max(0, allowed)), close);
    return false;
  }

  from.on('data', enqueue).on('end', () => enqueue(undefined));
  to.on('drain', pump);
  return {
    heldBytes: () => held,
    refresh: pump,
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
}

function slices(bytes: Buffer | undefined, size = Infinity): (Buffer | undefined)[] {
  if (bytes === undefined || bytes.length <= size) return [bytes];
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}
