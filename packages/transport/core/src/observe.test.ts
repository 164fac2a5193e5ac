import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { harmless } from './observe.ts';

describe('harmless', () => {
  it('passes everything on', () => {
    const observer = vi.fn();
    harmless(observer)('error', 1);

    expect(observer).toHaveBeenCalledExactlyOnceWith('error', 1);
  });

  it('does nothing where nobody observes', () => {
    expect(() => harmless(undefined)()).not.toThrow();
  });

  it('drops what the observer throws, now or later', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const failing = () => {
      throw new Error('observer');
    };

    expect(harmless(failing)).not.toThrow();
    expect(harmless(async () => failing())).not.toThrow();
    await fakeClock().advance(0);
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
  });
});
