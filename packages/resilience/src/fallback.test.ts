import { background, type Code, codes, createContext, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { fallback } from './fallback.ts';

const failing = (code: Code) => (): Promise<string> =>
  Promise.reject(new ServiceError(code, 'failed'));

describe('fallback', () => {
  it('leaves a call alone that goes well', async () => {
    expect(await fallback('instead')(async () => 'answer')(1, background)).toBe('answer');
  });

  it('answers with a value where the service could not answer, and with nothing else', async () => {
    const outcomes = await Promise.all(
      codes.map((code) =>
        fallback('instead')(failing(code))(1, background).catch((error) => error.code),
      ),
    );

    const replaced = codes.filter((_, index) => outcomes[index] === 'instead');
    expect(replaced).toEqual([
      'unknown',
      'deadline_exceeded',
      'resource_exhausted',
      'internal',
      'unavailable',
      'data_loss',
    ]);
    expect(outcomes.filter((outcome) => outcome !== 'instead')).toEqual(
      codes.filter((code) => !replaced.includes(code)),
    );
  });

  it('takes an error that is no ServiceError for internal, and passes the original on', async () => {
    const bug = new TypeError('x is undefined');
    const broken = (): Promise<string> => Promise.reject(bug);

    expect(await fallback('instead')(broken)(1, background)).toBe('instead');
    await expect(fallback('instead', { when: () => false })(broken)(1, background)).rejects.toBe(
      bug,
    );
  });

  it('asks another endpoint, with the request and the context of the call', async () => {
    using ctx = createContext();
    const other = fallback<number, unknown>(async (n, given) => [n, given]);

    expect(await other(failing('unavailable'))(7, ctx)).toEqual([7, ctx]);
  });

  it('fails with what the other endpoint fails with', async () => {
    const other = fallback<number, string>(failing('not_found'));

    await expect(other(failing('unavailable'))(1, background)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('lets the caller decide, and tells what was fallen back on', async () => {
    const seen: string[] = [];
    const guarded = fallback(null, {
      when: ({ code }) => code === 'not_found',
      onFallback: ({ code }) => seen.push(code),
    });

    expect(await guarded(failing('not_found'))(1, background)).toBeNull();
    await expect(guarded(failing('unavailable'))(1, background)).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(seen).toEqual(['not_found']);
  });

  it('does nothing for a caller who has left', async () => {
    using ctx = createContext();
    let asked = 0;
    const call = fallback('instead', { when: () => ++asked > 0 })(failing('unavailable'))(1, ctx);
    ctx.cancel();

    await expect(call).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toBe(0);
  });

  it('does not send a stream twice, and may still answer it with a value', async () => {
    async function* numbers() {
      yield 1;
    }
    let calls = 0;
    const elsewhere = fallback<AsyncIterable<number>, string>(async () => `call ${++calls}`);

    await expect(elsewhere(failing('unavailable'))(numbers(), background)).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(calls).toBe(0);
    expect(await fallback('instead')(failing('unavailable'))(numbers(), background)).toBe(
      'instead',
    );
  });
});
