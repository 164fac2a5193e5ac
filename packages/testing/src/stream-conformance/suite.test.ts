import { describe, expect, it } from 'vitest';
import { streamConformance } from './suite.ts';

const notMade = async (): Promise<never> => {
  throw new Error('no pair is made here');
};
const all = { serverStream: notMade, clientStream: notMade, bidiStream: notMade };

describe('the conformance suite for streams', () => {
  it('has requirements of every kind, each with a name of its own', () => {
    const names = streamConformance(all).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(names.map((name) => name.split(':')[0]))).toEqual(
      new Set(['server_stream', 'client_stream', 'bidi_stream']),
    );
  });

  it('fails where the pair does', async () => {
    for (const { run } of streamConformance(all)) await expect(run()).rejects.toThrow('no pair');
  });

  it('wants a reason for a kind that the binding does not make', () => {
    const { bidiStream: _, ...binding } = all;
    expect(() => streamConformance(binding)).toThrow('bidi_stream');
    const cases = streamConformance(binding, { bidi_stream: 'HTTP/1.1 is half duplex' });
    expect(cases.filter(({ name }) => name.startsWith('bidi'))).toEqual([]);
    expect(cases.length).toBeGreaterThan(40);
  });

  it('leaves out what is skipped, and refuses a skip of what it does not know', () => {
    const name = 'server_stream: carries a stream without messages';
    const cases = streamConformance(all, { [name]: 'for the test' });
    expect(cases).toHaveLength(streamConformance(all).length - 1);
    expect(() => streamConformance(all, { 'carries nothing': 'why' })).toThrow('carries nothing');
  });
});
