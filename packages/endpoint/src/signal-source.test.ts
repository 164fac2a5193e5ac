import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { ServiceError } from './service-error.ts';
import { signalSource } from './signal-source.ts';

const hungUp = new ServiceError('canceled', 'the peer hung up');

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

describe('signalSource', () => {
  it('has no error and calls nobody while the signal has not aborted', () => {
    const controller = new AbortController();
    const source = signalSource(controller.signal);
    const listener = vi.fn();
    source.onAbort(listener);

    expect(source.error).toBeUndefined();
    expect(listener).not.toHaveBeenCalled();
  });

  it('calls every listener once, with the error that it then has', () => {
    const controller = new AbortController();
    const source = signalSource(controller.signal);
    const seen: ServiceError[] = [];
    source.onAbort((error) => seen.push(error));
    source.onAbort((error) => seen.push(error));

    controller.abort(hungUp);

    expect(seen).toEqual([hungUp, hungUp]);
    expect(source.error).toBe(hungUp);
    expect(listeners(controller.signal)).toBe(0);
  });

  it('calls a listener at once where the signal has aborted already', () => {
    const seen: ServiceError[] = [];
    const signal = AbortSignal.abort(hungUp);

    signalSource(signal).onAbort((error) => seen.push(error))();

    expect(seen).toEqual([hungUp]);
    expect(listeners(signal)).toBe(0);
  });

  it('tells every reader of the same error', () => {
    const source = signalSource(AbortSignal.abort('no ServiceError'));

    expect(source.error).toBe(source.error);
  });

  it('links to the signal at the first listener and lets go at the last', () => {
    const { signal } = new AbortController();
    const source = signalSource(signal);

    expect(listeners(signal)).toBe(0);
    const first = source.onAbort(() => {});
    const second = source.onAbort(() => {});
    expect(listeners(signal)).toBe(1);
    first();
    expect(listeners(signal)).toBe(1);
    second();
    expect(listeners(signal)).toBe(0);
  });

  it('puts one listener on a signal, however many calls it may end', () => {
    const controller = new AbortController();
    const seen: ServiceError[] = [];
    for (let call = 0; call < 100; call++) {
      signalSource(controller.signal).onAbort((error) => seen.push(error));
    }

    // Node warns of a leak when there are more than ten.
    expect(listeners(controller.signal)).toBe(1);
    controller.abort(hungUp);
    expect(seen).toHaveLength(100);
  });

  it('does not call a listener that was taken back', () => {
    const controller = new AbortController();
    const listener = vi.fn();
    signalSource(controller.signal).onAbort(listener)();

    controller.abort();

    expect(listener).not.toHaveBeenCalled();
  });
});
