import { constants } from 'node:http2';
import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { event, nextTurn } from '../test/event.ts';
import { connect } from '../test/peers.ts';
import { both, down, type Numbered, up } from '../test/stream-methods.ts';
import { serveStreams } from '../test/stream-peers.ts';
import { framed, openStream, proxied } from '../test/wire.ts';
import { createGrpcServer, grpcHandler } from './index.ts';

type Numbers = AsyncIterable<Numbered>;

async function* numbers(count: number): AsyncGenerator<Numbered> {
  for (let n = 0; n < count; n++) yield { n };
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** A stream that goes on for as long as it is read, and says when it is closed. */
function endless(): { readonly stream: Numbers; readonly closed: Promise<void> } {
  const { happened, happen } = event();
  async function* all(): AsyncGenerator<Numbered> {
    try {
      for (let n = 0; ; n++) {
        yield { n };
        await nextTurn();
      }
    } finally {
      happen();
    }
  }
  return { stream: all(), closed: happened };
}

describe('codecs of a method that streams', () => {
  const target = () =>
    serveStreams({
      both: grpcHandler(both, async (words: AsyncIterable<string>) => words, {
        decode: async ({ n }) => 'x'.repeat(n),
        encode: (word: string) => ({ n: word.length * 10 }),
      }),
    });

  it('are called for each message, on both sides', async () => {
    const call = connect(await target()).endpoint(both, {
      encode: async (text: string) => ({ n: text.length }),
      decode: ({ n }) => `got ${n}`,
    });
    async function* words() {
      yield* ['a', 'bb', 'ccc'];
    }
    expect(await collect(await call(words(), background))).toEqual(['got 10', 'got 20', 'got 30']);
  });

  it('fail the stream where they throw, and close it', async () => {
    const refuse = (): never => {
      throw new ServiceError('out_of_range', 'not that one');
    };
    const client = connect(await target());
    const decoding = client.endpoint(both, { decode: refuse });
    const first = endless();
    await expect(decoding(first.stream, background).then(collect)).rejects.toThrow('not that one');
    await first.closed;
    const second = endless();
    const encoding = client.endpoint(both, { encode: refuse });
    await expect(encoding(second.stream as never, background).then(collect)).rejects.toThrow(
      'not that one',
    );
    await second.closed;
  });

  it('fail the stream where bytes cannot be read', async () => {
    const bad = { ...down, responseSerialize: () => Buffer.from('what?') };
    const producer = endless();
    const served = await serveStreams({ down: grpcHandler(bad, async () => producer.stream) });
    const call = connect(served).endpoint(down);
    await expect(call({ n: 1 }, background).then(collect)).rejects.toMatchObject({
      code: 'internal',
      message: 'the response of /fairlead.Streams/Down cannot be read',
    });
    await producer.closed;
  });
});

describe('the limits of messages in a stream', () => {
  it('end a stream of responses at the one that is too large to be sent', async () => {
    const outcomes: number[] = [];
    const target = await serveStreams(
      {
        down: grpcHandler(down, async () => growing(), {
          finalize: [(_ctx, _call, { status }) => void outcomes.push(status)],
        }),
      },
      { maxSendBytes: 3 },
    );
    const seen: number[] = [];
    const reading = (async () => {
      const call = connect(target).endpoint(down);
      for await (const { n } of await call({ n: 0 }, background)) seen.push(n);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'resource_exhausted',
      message: 'the response of /fairlead.Streams/Down has 4 bytes; at most 3 are sent',
    });
    expect(seen).toEqual([1, 10, 100]);
    expect(outcomes).toEqual([8]);
  });

  it('end a stream of responses at the one that is too large to be received', async () => {
    const target = await serveStreams({ down: grpcHandler(down, async () => growing()) });
    const call = connect(target, { maxReceiveBytes: 3 }).endpoint(down);
    await expect(call({ n: 0 }, background).then(collect)).rejects.toMatchObject({
      code: 'resource_exhausted',
    });
  });

  it('end a stream of requests at the one that is too large, to be sent or to be received', async () => {
    const target = await serveStreams({ up: grpcHandler(up, total) }, { maxReceiveBytes: 3 });
    const careful = connect(target, { maxSendBytes: 3 }).endpoint(up);
    await expect(careful(growing(), background)).rejects.toThrow('raise maxSendBytes');
    const careless = connect(target).endpoint(up);
    await expect(careless(growing(), background)).rejects.toMatchObject({
      code: 'resource_exhausted',
    });
  });
});

describe('the metadata of a stream', () => {
  it('goes before the first message and after the last one', async () => {
    const target = await serveStreams({
      down: grpcHandler(down, async () => numbers(2), {
        before: [
          (_ctx, call) => {
            call.responseMetadata.set('x-first', 'yes');
            call.trailers.set('x-last', 'yes');
          },
        ],
      }),
    });
    const seen: (string | undefined)[][] = [];
    const look = (call: { readonly responseMetadata: { get(name: string): string | undefined } }) =>
      seen.push(['x-first', 'x-last'].map((name) => call.responseMetadata.get(name)));
    const call = connect(target).endpoint(down, {
      after: [(_ctx, call) => void look(call)],
      finalize: [(_ctx, call) => void (call && look(call))],
    });
    await collect(await call({ n: 0 }, background));
    expect(seen).toEqual([
      ['yes', undefined],
      ['yes', 'yes'],
    ]);
  });

  it.each(['grpc-status', 'grpc-message', 'content-type', 'te', ':status'])(
    'cannot set %s, not even beside an error',
    async (name) => {
      const hostile = new Metadata();
      // The checks of grpc-js let some of these in.
      (hostile as unknown as { internalRepr: Map<string, string[]> }).internalRepr.set(name, ['0']);
      const target = await serveStreams({
        down: grpcHandler(down, async () => failing(), {
          encodeError: () => ({ code: 9, details: 'no', metadata: hostile }),
        }),
      });
      const call = connect(target).endpoint(down);
      await expect(call({ n: 0 }, background).then(collect)).rejects.toMatchObject({
        code: 'internal',
        message: `metadata "${name}" refused: ${name.startsWith(':') ? 'the name is malformed' : 'the transport sets it'}`,
      });
    },
  );
});

describe('an end of the requests', () => {
  /** A call of a client that has sent one message and its end; the server's time is the test's. */
  async function ended() {
    const clock = fakeClock();
    const outcome = event<ServiceError | number>();
    const target = await serveStreams({
      up: grpcHandler(
        up,
        async (stream) => {
          try {
            outcome.happen((await collect(stream)).length);
          } catch (error) {
            outcome.happen(ServiceError.from(error));
          }
          return { n: 0 };
        },
        { clock },
      ),
    });
    const stream = openStream(target, up.path);
    stream.end(framed(Buffer.from('1')));
    await expect.poll(() => clock.pending()).toBe(1);
    return { clock, stream, outcome: outcome.happened };
  }

  it('is none where a cancellation follows, as from clients on Node', async () => {
    const { clock, stream, outcome } = await ended();
    stream.close(constants.NGHTTP2_CANCEL);
    expect(await outcome).toMatchObject({ code: 'canceled' });
    expect(clock.pending()).toBe(0);
  });

  it('is one where none has followed for 5 ms', async () => {
    const { clock, outcome } = await ended();
    await clock.advance(5);
    expect(await outcome).toBe(1);
  });
});

describe('the loss of a connection', () => {
  it('ends a stream as unavailable, and the reading of the server as canceled', async () => {
    const sender = endless();
    const { happened, happen } = event<unknown>();
    const target = await serveStreams({
      both: grpcHandler(both, async (stream) => stream, {
        finalize: [(_ctx, _call, { error }) => happen(error?.code)],
      }),
    });
    const wire = await proxied(target);
    const seen: number[] = [];
    const reading = (async () => {
      const stream = await connect(wire.target).endpoint(both)(sender.stream, background);
      for await (const { n } of stream) {
        seen.push(n);
        if (n === 3) wire.cut();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
    expect(seen.length).toBeGreaterThan(3);
    await sender.closed;
    expect(await happened).toBe('canceled');
  });
});

describe('the end of a server', () => {
  it('leaves open streams their time', async () => {
    const server = createGrpcServer();
    const { happened: closing, happen: close } = event();
    async function* untilClosing(): AsyncGenerator<Numbered> {
      yield { n: 1 };
      await closing;
      yield { n: 2 };
    }
    const target = await listen(server, async () => untilClosing());
    const stream = await connect(target).endpoint(down)({ n: 0 }, background);
    const seen: number[] = [];
    let closed: Promise<void> | undefined;
    for await (const { n } of stream) {
      seen.push(n);
      closed ??= server.close();
      close();
    }
    expect(seen).toEqual([1, 2]);
    await closed;
  });

  it('cuts off those that remain, as unavailable, and closes their producers', async () => {
    const server = createGrpcServer();
    const { stream, closed } = endless();
    const target = await listen(server, async () => stream);
    const reading = connect(target).endpoint(down)({ n: 0 }, background);
    const seen: number[] = [];
    const failed = (async () => {
      for await (const { n } of await reading) {
        seen.push(n);
        if (n === 3) void server.close({ graceMs: 0 });
      }
    })();
    await expect(failed).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(seen.length).toBeGreaterThan(3);
    await closed;
  });

  it('of an old connection leaves the streams on it alone', { timeout: 20_000 }, async () => {
    const peers = new Set<string | undefined>();
    const answer: Endpoint<Numbers, Numbered> = async (stream) => total(stream);
    const { stream, closed } = endless();
    const target = await serveStreams(
      {
        down: grpcHandler(down, async () => stream),
        up: grpcHandler(up, answer, {
          before: [(_ctx, call) => void peers.add(call.operation.peer)],
        }),
      },
      { maxConnectionAgeMs: 100 },
    );
    const client = connect(target);
    const upload = client.endpoint(up);
    let after = 0;
    for await (const _ of await client.endpoint(down)({ n: 0 }, background)) {
      // Another peer is another connection: the first one was told to go.
      if (peers.size < 2) await upload(numbers(1), background);
      else if (++after === 10) break;
    }
    expect(after).toBe(10);
    await closed;
  });
});

async function* growing(): AsyncGenerator<Numbered> {
  for (let n = 1; ; n *= 10) yield { n };
}

async function* failing(): AsyncGenerator<Numbered> {
  yield { n: 1 };
  throw new Error('the endpoint has failed');
}

async function total(stream: Numbers): Promise<Numbered> {
  let sum = 0;
  for await (const { n } of stream) sum += n;
  return { n: sum };
}

async function listen(
  server: ReturnType<typeof createGrpcServer>,
  endpoint: Endpoint<Numbered, Numbers>,
): Promise<string> {
  onTestFinished(() => server.close({ graceMs: 0 }));
  server.add({ down }, { down: grpcHandler(down, endpoint) });
  const { host, port } = await server.listen();
  return `${host}:${port}`;
}
