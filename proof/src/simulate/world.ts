import type { Clock } from '@fairlead/endpoint';

/** A world in which only events take place: time passes when nothing is left to do at the moment. */
export interface World extends Clock {
  /** Runs all that happens before `endMs`, in order of time and then of scheduling. */
  run(endMs: number): void;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCanceled: boolean;
}

/** Makes a world that stands at 0. */
export function createWorld(): World {
  const heap: Event[] = [];
  let now = 0;
  let order = 0;

  return {
    now: () => now,
    schedule(delayMs, run) {
      const event = { at: now + Math.max(0, delayMs), order: order++, run, isCanceled: false };
      push(heap, event);
      return () => {
        event.isCanceled = true;
      };
    },
    run(endMs) {
      for (let event = heap[0]; event !== undefined && event.at < endMs; event = heap[0]) {
        pop(heap);
        if (event.isCanceled) continue;
        now = event.at;
        event.run();
      }
      now = Math.max(now, endMs);
    },
  };
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** The heap's first event is its earliest; each stands before the two at twice its place. */
function push(heap: Event[], event: Event): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    // Sound, here and below: the place is within the heap.
    const parent = heap[above] as Event;
    if (!isBefore(event, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    if (below >= heap.length) break;
    const [left, right] = [heap[below] as Event, heap[below + 1]];
    if (right !== undefined && isBefore(right, left)) below++;
    const next = heap[below] as Event;
    if (!isBefore(next, last)) break;
    heap[place] = next;
    place = below;
  }
  heap[place] = last;
}
