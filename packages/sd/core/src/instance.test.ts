import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { type InstanceInit, instance, isMadeOf } from './instance.ts';

describe('instance', () => {
  it('fills in what is not given: an address is an instance', () => {
    const made = instance('LOCALHOST:8080');
    assert.deepEqual(
      { ...made, metadata: { ...made.metadata } },
      { id: 'localhost:8080', address: 'localhost:8080', weight: 1, zone: undefined, metadata: {} },
    );
    assert.ok(Object.isFrozen(made));
  });

  it('keeps metadata under any name, without a prototype', () => {
    const metadata = JSON.parse('{"__proto__": "polluted", "constructor": "c", "b": "2"}');
    const made = instance({ address: 'a:1', metadata });
    assert.equal(Object.getPrototypeOf(made.metadata), null);
    assert.deepEqual(Object.entries(made.metadata), Object.entries(metadata));
    assert.equal(made.metadata['toString'], undefined);
    assert.ok(Object.isFrozen(made.metadata));
    assert.ok(isMadeOf(made, { address: 'a:1', metadata }));
    assert.ok(!isMadeOf(made, { address: 'a:1', metadata: { b: '2' } }));
  });

  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, '']));
  const wrong: Readonly<Record<string, unknown>> = {
    'no object': null,
    'a number': 5,
    'no address': {},
    'an address that is no text': { address: 8080 },
    'an empty id': { address: 'a:1', id: '' },
    'an id that is too long': { address: 'a:1', id: 'x'.repeat(257) },
    'an id with a line break': { address: 'a:1', id: 'x\ny' },
    'a weight below 0': { address: 'a:1', weight: -1 },
    'a weight that is no number': { address: 'a:1', weight: Number.NaN },
    'a weight without end': { address: 'a:1', weight: Infinity },
    'a weight as text': { address: 'a:1', weight: '1' },
    'an empty zone': { address: 'a:1', zone: '' },
    'too much metadata': { address: 'a:1', metadata: many },
    'metadata that are no text': { address: 'a:1', metadata: { a: 1 } },
    'metadata that are too long': { address: 'a:1', metadata: { a: 'x'.repeat(4097) } },
    'metadata that are a list': { address: 'a:1', metadata: 'abc' },
  };
  for (const [what, init] of Object.entries(wrong)) {
    it(`R25: refuses ${what}, and says which it is`, () => {
      // What comes from a registry is of any type.
      assert.throws(() => instance(init as InstanceInit), { code: 'invalid_argument' });
    });
  }
});
