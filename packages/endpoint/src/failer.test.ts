import { describe, expect, it } from 'vitest';
import { type Failer, failure, failureOf } from './failer.ts';
import { ServiceError } from './service-error.ts';

const insufficient = new ServiceError('failed_precondition', 'the balance is too low');

describe('failureOf', () => {
  it('finds the business error inside a response', () => {
    const response: Failer & { balance: number } = { balance: 3, [failure]: insufficient };

    expect(failureOf(response)).toBe(insufficient);
  });

  it.each([undefined, null, 'text', 0, true, {}, [], { failure: insufficient }])(
    'finds none in %o',
    (response) => {
      expect(failureOf(response)).toBeUndefined();
    },
  );

  it('finds what another copy of the package marked', () => {
    const response = { [Symbol.for('fairlead.failure')]: insufficient };

    expect(failureOf(response)).toBe(insufficient);
  });
});

describe('failure', () => {
  it('is not written out with the response', () => {
    const response = { balance: 3, [failure]: insufficient };

    expect(JSON.stringify(response)).toBe('{"balance":3}');
    expect(Object.keys(response)).toEqual(['balance']);
  });
});
