import { type Context, createContext } from '@fairlead/endpoint';
import { logger } from '@fairlead/log';
import { fakeClock } from '@fairlead/testing';
import { createMemoryClient, createMemoryServer } from '@fairlead/transport';
import { afterEach, describe, expect, it } from 'vitest';
import { type Observability, observe } from './observability.ts';
import { type Limits, serverProtection } from './protection.ts';
import { layered } from './server.ts';
import type { AddService } from './service.ts';

const observed: Observability[] = [];
afterEach(() => {
  for (const observability of observed.splice(0)) observability.close();
});

/** The service with its layers, as server.ts has it, and a client of it; no port is opened. */
function layeredService(limits: Limits) {
  const lines: string[] = [];
  const log = logger({
    format: 'logfmt',
    write: (line) => lines.push(line.slice(line.indexOf('level='))),
  });
  const protection = serverProtection(limits);
  const observability = observe(log, protection);
  observed.push(observability);
  const service = layered(protection, observability);
  const server = createMemoryServer(service, { service: 'pb.Add', serialisation: 'json' });
  const client: AddService = createMemoryClient(server).service();
  const metrics = async (ctx: Context): Promise<string> =>
    (await observability.page.endpoint(undefined, ctx)).body;
  return { client, lines, metrics };
}

describe('addsvc in memory, with its layers', () => {
  it('answers and fails as it does over a wire', async () => {
    const { client } = layeredService('none');
    const ctx = createContext({ clock: fakeClock() });
    expect(await client.sum({ a: 1, b: 2 }, ctx)).toEqual({ v: 3 });
    expect(await client.concat({ a: 'fair', b: 'lead' }, ctx)).toEqual({ v: 'fairlead' });
    await expect(client.sum({ a: 0, b: 0 }, ctx)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: "can't sum two zeroes",
    });
  });

  it('logs and counts each call, unchanged', async () => {
    const { client, lines, metrics } = layeredService('none');
    const ctx = createContext({ clock: fakeClock() });
    await client.sum({ a: 1, b: 2 }, ctx);
    await client.sum({ a: 0, b: 0 }, ctx).catch(() => {});
    await client.concat({ a: 'a', b: 'b' }, ctx);
    expect(lines).toEqual([
      expect.stringMatching(
        /^level=info message="call served" transport=memory .*method=sum .*code=ok/,
      ),
      expect.stringMatching(/method=sum .*code=invalid_argument .*"can't sum two zeroes"/),
      expect.stringMatching(/method=concat .*code=ok/),
    ]);
    const text = await metrics(ctx);
    expect(text).toMatch(
      /^fairlead_server_call_duration_seconds_count\{.*method="sum",code="ok"\} 1$/m,
    );
    expect(text).toMatch(/^example_addsvc_integers_summed_total 3$/m);
    expect(text).toMatch(/^example_addsvc_characters_concatenated_total 2$/m);
    expect(text).toMatch(/^fairlead_breaker_state\{name="sum",state="closed"\} 1$/m);
  });

  it("refuses as Go kit's does: the limiter first, and after six refusals the breaker", async () => {
    const { client } = layeredService('go-kit');
    const ctx = createContext({ clock: fakeClock() });
    const answers: unknown[] = [];
    for (let i = 0; i < 9; i++) {
      const answer = client.sum({ a: 1, b: 2 }, ctx);
      answers.push(await answer.then(({ v }) => v).catch(({ message }: Error) => message));
    }
    expect(answers).toEqual([
      3,
      ...Array(6).fill('rate limit exceeded'),
      ...Array(2).fill('circuit breaker is open'),
    ]);
  });

  it('does not open the breaker for requests that are wrong', async () => {
    const { client } = layeredService('none');
    const ctx = createContext({ clock: fakeClock() });
    for (let i = 0; i < 20; i++) await client.sum({ a: 0, b: 0 }, ctx).catch(() => {});
    expect(await client.sum({ a: 1, b: 2 }, ctx)).toEqual({ v: 3 });
  });
});
