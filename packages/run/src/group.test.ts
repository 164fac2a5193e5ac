import { ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { deferred, fakeServer } from '../test/parts.ts';
import { type Actor, actor, createDrain, type Exit, run } from './index.ts';

/** An actor that the test ends, and that writes down what it is told. */
function scripted(name: string, log: string[]) {
  const { promise, resolve, reject } = deferred<unknown>();
  const made: Actor = {
    name,
    execute() {
      log.push(`${name} starts`);
      return promise;
    },
    interrupt({ actor, reason }) {
      log.push(`${name} is told: ${actor} ${reason}`);
    },
  };
  return { actor: made, resolve, reject };
}

describe('run', () => {
  it('ends all when the first returns, in order, and waits for every one', async () => {
    const log: string[] = [];
    const [one, two] = [scripted('one', log), scripted('two', log)];
    let isOver = false;
    const running = run([one.actor, two.actor]).finally(() => {
      isOver = true;
    });
    two.resolve('had enough');
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual([
      'one starts',
      'two starts',
      'one is told: two had enough',
      'two is told: two had enough',
    ]);
    expect(isOver).toBe(false);
    one.resolve(undefined);
    expect(await running).toEqual({ actor: 'two', reason: 'had enough', error: undefined });
  });

  it('rejects with the first error, and tells of every one', async () => {
    const log: string[] = [];
    const [one, two] = [scripted('one', log), scripted('two', log)];
    const exits: Exit[] = [];
    const errors: string[] = [];
    const running = run([one.actor, two.actor], {
      onExit: (exit) => void exits.push(exit),
      onError: (error, name) => void errors.push(`${name}: ${error}`),
    });
    const first = new Error('broken');
    two.reject(first);
    one.reject(new Error('broken as well'));
    await expect(running).rejects.toBe(first);
    expect(exits).toEqual([{ actor: 'two', reason: 'broken', error: first }]);
    expect(errors).toEqual(['two: Error: broken', 'one: Error: broken as well']);
  });

  it('rejects with the error of one that fails while it is ended', async () => {
    const log: string[] = [];
    const [one, two] = [scripted('one', log), scripted('two', log)];
    const running = run([one.actor, two.actor]);
    one.resolve('done');
    two.reject(new Error('cannot end'));
    await expect(running).rejects.toThrow('cannot end');
  });

  it('ends the others where an interrupt throws, or an execute throws at once', async () => {
    const log: string[] = [];
    const other = scripted('other', log);
    const bad: Actor = {
      name: 'bad',
      execute: () => {
        throw new Error('not even begun');
      },
      interrupt: () => {
        throw new Error('deaf');
      },
    };
    const errors: string[] = [];
    const running = run([bad, other.actor], { onError: (error) => void errors.push(`${error}`) });
    other.resolve(undefined);
    await expect(running).rejects.toThrow('not even begun');
    expect(errors).toEqual(['Error: not even begun', 'Error: deaf']);
    expect(log).toContain('other is told: bad not even begun');
  });

  it('drains between the first return and the interrupts', async () => {
    const log: string[] = [];
    const one = scripted('one', log);
    const { server, finish } = fakeServer(log);
    const drain = createDrain({ servers: [server], close: [() => log.push('closed')] });
    const running = run([one.actor], { drain, onExit: () => void log.push('exit') });
    one.resolve('done');
    finish();
    await running;
    expect(log).toEqual([
      'one starts',
      'exit',
      'server close 15000 5000',
      'closed',
      'one is told: one done',
    ]);
    expect(drain.state).toBe('drained');
  });

  it('refuses a group of nobody', async () => {
    await expect(run([])).rejects.toThrow('run needs an actor: with none it would end at once');
  });
});

describe('actor', () => {
  it('ends the context of its work, whose rejection is no error then', async () => {
    const seen = deferred<string>();
    const obedient = actor('consumer', (ctx) => {
      ctx.onAbort(({ message }) => seen.resolve(message));
      return new Promise((_resolve, reject) => void ctx.onAbort(reject));
    });
    const exit = await run([obedient, actor('job', async () => 'all done')]);
    expect(exit).toEqual({ actor: 'job', reason: 'all done', error: undefined });
    expect(await seen.promise).toBe('all done');
  });

  it('hands on what its work throws otherwise', async () => {
    const error = new ServiceError('canceled', 'by somebody else');
    await expect(run([actor('job', () => Promise.reject(error))])).rejects.toBe(error);
  });
});
