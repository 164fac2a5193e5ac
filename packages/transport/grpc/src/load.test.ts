import { background } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { AddService } from '../gen/add.ts';
import { event } from '../test/event.ts';
import { connect, serve } from '../test/peers.ts';
import { grpcHandler } from './index.ts';

describe('one connection', () => {
  it('carries 10 000 calls at once', async () => {
    const total = 10_000;
    const peers = new Set<string | undefined>();
    const { happened: allHere, happen: allArrived } = event();
    let arrived = 0;
    const handler = grpcHandler(
      AddService.sum,
      async ({ a, b }) => {
        arrived++;
        if (arrived === total) allArrived();
        await allHere;
        return { v: a + b };
      },
      { before: [(_ctx, { operation }) => void peers.add(operation.peer)] },
    );
    const target = await serve({ sum: handler }, { maxConcurrentCalls: total });
    const sum = connect(target).endpoint(AddService.sum, { timeoutMs: 100_000 });
    const calls = Array.from({ length: total }, (_, a) => sum({ a, b: 1 }, background));
    const replies = await Promise.all(calls);
    expect(replies.every(({ v }, a) => v === a + 1)).toBe(true);
    expect(peers.size).toBe(1);
  }, 120_000);

  it('carries messages of 32 MiB both ways where both ends allow it', async () => {
    const limits = { maxReceiveBytes: 64 * 2 ** 20, maxSendBytes: 64 * 2 ** 20 };
    const text = 'x'.repeat(16 * 2 ** 20);
    const handler = grpcHandler(AddService.concat, async ({ a, b }) => ({ v: a + b }));
    const target = await serve({ concat: handler }, limits);
    const concat = connect(target, limits).endpoint(AddService.concat, { timeoutMs: 100_000 });
    const { v } = await concat({ a: text, b: text }, background);
    expect(v.length).toBe(32 * 2 ** 20);
    expect(v === text + text).toBe(true);
  }, 120_000);

  it('carries no message of 32 MiB where an end does not', async () => {
    const handler = grpcHandler(AddService.concat, async ({ a }) => ({ v: a }));
    const target = await serve({ concat: handler });
    const request = { a: 'x'.repeat(32 * 2 ** 20), b: '' };
    const refused = { code: 'resource_exhausted' };
    const careful = connect(target).endpoint(AddService.concat);
    await expect(careful(request, background)).rejects.toMatchObject(refused);
    const careless = connect(target, { maxSendBytes: Infinity }).endpoint(AddService.concat);
    await expect(careless(request, background)).rejects.toMatchObject(refused);
  });
});
