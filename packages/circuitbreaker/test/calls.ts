import { background, type Endpoint, type Middleware, ServiceError } from '@fairlead/endpoint';

/** What an endpoint fails with that does not do its work. */
export const down = new ServiceError('unavailable', 'down');

const answers: Endpoint<string, string> = async (request) => request;

/** Makes so many calls that answer, one after the other. */
export async function succeed(middleware: Middleware, times = 1): Promise<void> {
  const call = middleware(answers);
  for (let i = 0; i < times; i++) await call('hello', background);
}

/** Makes so many calls that reach the endpoint and fail there; throws where one does not. */
export async function fail(
  middleware: Middleware,
  times = 1,
  error: unknown = down,
): Promise<void> {
  const call = middleware(() => Promise.reject(error));
  for (let i = 0; i < times; i++) {
    const thrown = await call('hello', background).catch((reason: unknown) => reason);
    if (thrown !== error) throw new Error('the call did not reach the endpoint', { cause: thrown });
  }
}

/** The error of a call that is refused; throws where the endpoint is reached. */
export async function refused(middleware: Middleware): Promise<ServiceError> {
  let reached = false;
  const call = middleware(async () => {
    reached = true;
  });
  const thrown = await call('hello', background).catch((reason: unknown) => reason);
  if (reached || !(thrown instanceof ServiceError)) throw new Error('the call was not refused');
  return thrown;
}

/** A call that is under way until the test ends it. */
export interface OpenCall {
  answer(): Promise<void>;
  fail(error?: unknown): Promise<void>;
}

/** Makes a call that reaches the endpoint and stays there; throws where it is refused. */
export function hang(middleware: Middleware): OpenCall {
  const { promise, resolve, reject } = withResolvers();
  let reached = false;
  const ended = middleware(() => {
    reached = true;
    return promise;
  })('hello', background).then(
    () => {},
    () => {},
  );
  if (!reached) throw new Error('the call did not reach the endpoint');
  return {
    answer() {
      resolve();
      return ended;
    },
    fail(error = down) {
      reject(error);
      return ended;
    },
  };
}

/** `Promise.withResolvers`, which Node 20 has not. */
function withResolvers(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve = (): void => {};
  let reject = (_error: unknown): void => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
