import {
  type CancelableContext,
  type Context,
  createContext,
  discard,
  isAsyncIterable,
  ServiceError,
} from '@fairlead/endpoint';

/** Makes a call, under a context that all who wait for it share. */
export type Start<Res> = (shared: Context) => Promise<Res>;

/** Calls that are under way, by key, each shared by all that want its answer. */
export interface Flights<Res> {
  /**
   * Waits for the call of this key that is under way, or starts it. It has the values of the context
   * that started it, and no deadline: it is canceled when the contexts of all who wait have ended.
   */
  join(key: string, ctx: Context, start: Start<Res>): Promise<Res>;
  /** Whether a call of this key is under way. */
  has(key: string): boolean;
}

/** Makes the flights of one endpoint. */
export function createFlights<Res>(): Flights<Res> {
  const underWay = new Map<string, Flight<Res>>();

  function takeOff(key: string, ctx: Context, start: Start<Res>): Flight<Res> {
    const flight = new Flight(ctx, start, () => {
      // One that everybody left may have been followed by another.
      if (underWay.get(key) === flight) underWay.delete(key);
    });
    underWay.set(key, flight);
    return flight;
  }

  return {
    has: (key) => underWay.has(key),
    join(key, ctx, start) {
      if (ctx.error !== undefined) return Promise.reject(ctx.error);
      return (underWay.get(key) ?? takeOff(key, ctx, start)).wait(ctx);
    },
  };
}

/** One call and how many wait for it. A class, as every call that may be shared makes one. */
class Flight<Res> {
  private readonly shared: CancelableContext;
  private readonly answer: Promise<Res>;
  private readonly onOver: () => void;
  private waiting = 0;

  constructor(values: Context, start: Start<Res>, onOver: () => void) {
    this.shared = createContext({ values, clock: values.clock });
    this.onOver = onOver;
    this.answer = start(this.shared).then(refuseStream);
    const landed = (): void => {
      onOver();
      this.shared[Symbol.dispose]();
    };
    // Before anybody waits: who calls again upon the answer makes a call of its own.
    this.answer.then(landed, landed);
  }

  wait(ctx: Context): Promise<Res> {
    this.waiting++;
    return new Promise((resolve, reject) => {
      const unlink = ctx.onAbort((error) => {
        reject(error);
        this.leave(error);
      });
      this.answer.then(
        (response) => {
          unlink();
          resolve(response);
        },
        (error: unknown) => {
          unlink();
          reject(error);
        },
      );
    });
  }

  private leave(error: ServiceError): void {
    if (--this.waiting > 0) return;
    this.onOver();
    this.shared.cancel(error);
  }
}

function refuseStream<Res>(response: Res): Res {
  if (!isAsyncIterable(response)) return response;
  discard(response);
  throw new ServiceError(
    'internal',
    'a stream cannot be shared: leave coalesce and cacheAside off operations that answer with one',
  );
}
