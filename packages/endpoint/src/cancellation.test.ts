import { describe, expect, it } from 'vitest';
import { cancelReason } from './cancellation.ts';
import { ServiceError } from './service-error.ts';

const hungUp = new ServiceError('canceled', 'the peer hung up');

describe('cancelReason', () => {
  it('is the reason itself where that is a ServiceError', () => {
    expect(cancelReason(hungUp)).toBe(hungUp);
  });

  it('makes deadline_exceeded of a TimeoutError', () => {
    const timeout = new DOMException('timed out', 'TimeoutError');

    expect(cancelReason(timeout)).toMatchObject({ code: 'deadline_exceeded', cause: timeout });
  });

  it.each([AbortSignal.abort().reason, new Error('why'), 'why', 0, null])(
    'makes canceled of %o and keeps it as the cause',
    (reason) => {
      const error = cancelReason(reason);

      expect(error.code).toBe('canceled');
      expect(error.cause).toBe(reason);
    },
  );

  it('has no cause where nobody gave a reason', () => {
    const error = cancelReason();

    expect(error).toMatchObject({ code: 'canceled', message: 'call canceled' });
    expect('cause' in error).toBe(false);
  });
});
