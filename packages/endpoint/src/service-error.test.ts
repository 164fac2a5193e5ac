import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { codes } from './code.ts';
import { deadlineExceeded, isServiceError, ServiceError } from './service-error.ts';

/** A chain of causes: `errors` of them above the one given. */
function causedBy(cause: unknown, errors: number): unknown {
  let error = cause;
  for (let depth = 0; depth < errors; depth++)
    error = new Error(`level ${depth}`, { cause: error });
  return error;
}

const notFound = new ServiceError('not_found', 'there is no profile 7');

describe('ServiceError', () => {
  it.each(codes)('of code %s is retryable only where that code says so', (code) => {
    const expected = code === 'unavailable' || code === 'resource_exhausted';

    expect(new ServiceError(code, 'failed').retryable).toBe(expected);
  });

  it('lets the one who throws decide whether trying again can help', () => {
    expect(new ServiceError('unavailable', 'gone for good', { retryable: false }).retryable).toBe(
      false,
    );
    expect(new ServiceError('aborted', 'conflict', { retryable: true }).retryable).toBe(true);
  });

  it('carries its code, message, cause, delay and details', () => {
    const cause = new Error('bucket empty');
    const details = { limit: 10 };
    const error = new ServiceError('resource_exhausted', 'slow down', {
      cause,
      retryAfterMs: 250,
      details,
    });

    expect(error).toMatchObject({ code: 'resource_exhausted', message: 'slow down', cause });
    expect(error.retryAfterMs).toBe(250);
    expect(error.details).toBe(details);
  });

  it('has no cause, delay or details where nobody gave them', () => {
    expect('cause' in notFound).toBe(false);
    expect(notFound.retryAfterMs).toBeUndefined();
    expect(notFound.details).toBeUndefined();
  });

  it('keeps a cause that is undefined, since somebody threw it', () => {
    expect('cause' in new ServiceError('internal', 'failed', { cause: undefined })).toBe(true);
  });

  it('is an Error with a stack, called ServiceError', () => {
    expect(notFound).toBeInstanceOf(Error);
    expect(notFound.name).toBe('ServiceError');
    expect(String(notFound)).toBe('ServiceError: there is no profile 7');
    expect(notFound.stack).toContain('ServiceError: there is no profile 7');
    expect(notFound.stack).toContain('service-error.test.ts');
  });

  it('shows its code when it is printed, and neither its brand nor its name as fields', () => {
    const printed = inspect(notFound);

    expect(printed).toContain("code: 'not_found'");
    expect(printed).not.toContain('fairlead.ServiceError');
    expect(Object.keys(notFound)).toEqual([
      'code',
      'retryable',
      'retryAfterMs',
      'details',
      'unsent',
    ]);
  });

  it('lets a subclass give itself a name, in either way', () => {
    class Assigned extends ServiceError {
      constructor() {
        super('aborted', 'conflict');
        this.name = 'Assigned';
      }
    }
    class Declared extends ServiceError {
      override name = 'Declared';
    }

    expect(String(new Assigned())).toBe('Assigned: conflict');
    expect(String(new Declared('aborted', 'conflict'))).toBe('Declared: conflict');
    expect(notFound.name).toBe('ServiceError');
  });
});

describe('instanceof ServiceError', () => {
  it.each([
    undefined,
    null,
    'not_found',
    5,
    {},
    new Error('plain'),
    { code: 'not_found' },
    () => {},
  ])('does not hold for %o', (value) => {
    expect(value instanceof ServiceError).toBe(false);
  });

  it('does not hold for what JSON can express', () => {
    const lookalike: unknown = JSON.parse(JSON.stringify({ ...notFound, name: 'ServiceError' }));

    expect(lookalike instanceof ServiceError).toBe(false);
  });

  it('holds for a subclass, and only the subclass holds for its own', () => {
    class QuotaError extends ServiceError {}
    class OtherError extends ServiceError {}
    const quota = new QuotaError('resource_exhausted', 'quota used up');

    expect(quota).toBeInstanceOf(ServiceError);
    expect(quota).toBeInstanceOf(QuotaError);
    expect(quota).not.toBeInstanceOf(OtherError);
    expect(notFound).not.toBeInstanceOf(QuotaError);
    expect(undefined).not.toBeInstanceOf(QuotaError);
  });
});

describe('a second copy of the package', () => {
  async function secondCopy(): Promise<typeof import('./service-error.ts')> {
    // Another specifier is another module, with a class of its own.
    const specifier = './service-error.ts?second-copy';
    return await import(/* @vite-ignore */ specifier);
  }

  it('has another class', async () => {
    const copy = await secondCopy();

    expect(copy.ServiceError).not.toBe(ServiceError);
  });

  it('makes errors that this copy recognises, and the other way round', async () => {
    const copy = await secondCopy();
    const foreign = new copy.ServiceError('not_found', 'from the other copy');

    expect(foreign instanceof ServiceError).toBe(true);
    expect(isServiceError(foreign, 'not_found')).toBe(true);
    expect(ServiceError.from(foreign)).toBe(foreign);
    expect(ServiceError.from(new Error('wrapped', { cause: foreign }))).toBe(foreign);
    expect(notFound instanceof copy.ServiceError).toBe(true);
  });
});

describe('ServiceError.from', () => {
  it('hands a ServiceError back as it is', () => {
    expect(ServiceError.from(notFound)).toBe(notFound);
  });

  it('finds the nearest ServiceError among the causes', () => {
    const nearer = new ServiceError('unavailable', 'nearer', { cause: notFound });

    expect(ServiceError.from(causedBy(notFound, 3))).toBe(notFound);
    expect(ServiceError.from(causedBy(nearer, 1))).toBe(nearer);
  });

  it('finds one sixteen errors down, and looks no further', () => {
    expect(ServiceError.from(causedBy(notFound, 15))).toBe(notFound);
    expect(ServiceError.from(causedBy(notFound, 16)).code).toBe('internal');
  });

  it('comes to an end with causes that go round in a circle', () => {
    const first = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;

    expect(ServiceError.from(first)).toMatchObject({ code: 'internal', cause: first });
  });

  it('makes canceled of an AbortError', () => {
    const abort = AbortSignal.abort().reason;

    expect(ServiceError.from(abort)).toMatchObject({ code: 'canceled', cause: abort });
  });

  it('makes deadline_exceeded of a TimeoutError', () => {
    const timeout = new DOMException('The operation timed out', 'TimeoutError');

    expect(ServiceError.from(timeout)).toMatchObject({ code: 'deadline_exceeded', cause: timeout });
  });

  it('knows the AbortError of Node, which is no DOMException', () => {
    const abort = Object.assign(new Error('aborted'), { name: 'AbortError', code: 'ABORT_ERR' });

    expect(ServiceError.from(abort).code).toBe('canceled');
  });

  it('prefers a ServiceError among the causes to the name of the error', () => {
    const abort = Object.assign(new Error('aborted', { cause: notFound }), { name: 'AbortError' });

    expect(ServiceError.from(abort)).toBe(notFound);
  });

  it.each([
    new Error('SELECT secret FROM /var/lib/db'),
    new TypeError('x is undefined'),
    'a string with a secret',
    undefined,
    null,
    42,
    Symbol('thrown'),
    { message: 'looks like an error', code: 'not_found' },
    { name: 'AbortError' },
    () => 'thrown',
  ])('makes internal of %o with a text that tells nothing', (thrown) => {
    const error = ServiceError.from(thrown);

    expect(error).toMatchObject({ code: 'internal', message: 'internal error', retryable: false });
    expect(error.cause).toBe(thrown);
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('makes internal of what throws when it is looked at', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const booby = Object.defineProperty(new Error('booby trap'), 'cause', {
      get: () => {
        throw new Error('do not look');
      },
    });

    expect(ServiceError.from(proxy).code).toBe('internal');
    expect(ServiceError.from(booby)).toMatchObject({ code: 'internal', message: 'internal error' });
  });
});

describe('isServiceError', () => {
  it('asks for the code where one is given', () => {
    expect(isServiceError(notFound)).toBe(true);
    expect(isServiceError(notFound, 'not_found')).toBe(true);
    expect(isServiceError(notFound, 'internal')).toBe(false);
    expect(isServiceError(new Error('plain'), 'internal')).toBe(false);
  });
});

describe('deadlineExceeded', () => {
  it('makes the error of a deadline that has passed', () => {
    const error = deadlineExceeded({ cause: 'why' });

    expect(error).toMatchObject({ code: 'deadline_exceeded', message: 'deadline exceeded' });
    expect(error.cause).toBe('why');
  });
});
