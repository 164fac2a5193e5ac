import { background, ServiceError } from '@fairlead/endpoint';
import {
  type Client,
  type ServiceError as GrpcError,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { connect } from '../test/peers.ts';
import { both, down, type Numbered, up } from '../test/stream-methods.ts';
import { connectPlain, serveStreams, serveStreamsPlain } from '../test/stream-peers.ts';
import { grpcHandler } from './index.ts';
import { decodeStatusDetails } from './status-details.ts';

async function* numbers(count: number): AsyncGenerator<Numbered> {
  for (let n = 0; n < count; n++) yield { n };
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

async function total(stream: AsyncIterable<Numbered>): Promise<Numbered> {
  let sum = 0;
  for await (const { n } of stream) sum += n;
  return { n: sum };
}

/** What a client of grpc-js alone gets of a stream. */
function readPlain(client: Client, n: number): Promise<{ seen: number[]; status: StatusObject }> {
  const { path, requestSerialize, responseDeserialize } = down;
  return new Promise((resolve) => {
    const seen: number[] = [];
    const request = { n };
    client
      .makeServerStreamRequest(path, requestSerialize, responseDeserialize, request)
      .on('data', (message: Numbered) => seen.push(message.n))
      .on('error', () => {})
      .on('status', (status: StatusObject) => resolve({ seen, status }));
  });
}

describe('a client of grpc-js alone, with our server', () => {
  it('reads a stream of responses', async () => {
    const target = await serveStreams({ down: grpcHandler(down, async ({ n }) => numbers(n)) });
    const { seen, status } = await readPlain(connectPlain(target), 100);
    expect(seen).toHaveLength(100);
    expect(status.code).toBe(0);
  });

  it('gets an error after the messages, with its details in the trailers', async () => {
    const target = await serveStreams({
      down: grpcHandler(down, async ({ n }) => failing(n), {
        before: [(_ctx, call) => call.trailers.set('x-late', 'yes')],
      }),
    });
    const { seen, status } = await readPlain(connectPlain(target), 3);
    expect(seen).toEqual([0, 1, 2]);
    expect(status).toMatchObject({ code: 9, details: 'not again' });
    expect(status.metadata.get('x-late')).toEqual(['yes']);
    const [details] = status.metadata.get('grpc-status-details-bin');
    expect(decodeStatusDetails(details as Buffer).details).toEqual({ left: 0 });
  });

  it('sends a stream of requests', async () => {
    const target = await serveStreams({ up: grpcHandler(up, total) });
    const reply = await new Promise<Numbered | undefined>((resolve, reject) => {
      const call = connectPlain(target).makeClientStreamRequest(
        up.path,
        up.requestSerialize,
        up.responseDeserialize,
        new Metadata(),
        {},
        (error, value) => (error ? reject(error) : resolve(value)),
      );
      for (let n = 0; n < 50; n++) call.write({ n });
      call.end();
    });
    expect(reply).toEqual({ n: 1225 });
  });

  it('is told of a request that cannot be read', async () => {
    const target = await serveStreams({ up: grpcHandler(up, total) });
    const failed = await new Promise<GrpcError | null>((resolve) => {
      const call = connectPlain(target).makeClientStreamRequest(
        up.path,
        (bytes: Buffer) => bytes,
        up.responseDeserialize,
        new Metadata(),
        {},
        resolve,
      );
      call.write(Buffer.from('what?'));
    });
    expect(failed?.code).toBe(13);
  });

  it('talks', async () => {
    const target = await serveStreams({ both: grpcHandler(both, async (stream) => stream) });
    const seen: number[] = [];
    await new Promise<void>((resolve, reject) => {
      const call = connectPlain(target).makeBidiStreamRequest(
        both.path,
        both.requestSerialize,
        both.responseDeserialize,
      );
      call.on('data', ({ n }: Numbered) => {
        seen.push(n);
        if (n < 5) call.write({ n: n + 1 });
        else call.end();
      });
      call.on('error', reject).on('end', resolve);
      call.write({ n: 0 });
    });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('our client, with a server of grpc-js alone', () => {
  it('reads a stream of responses', async () => {
    const target = await serveStreamsPlain({
      down(call) {
        for (let n = 0; n < call.request.n; n++) call.write({ n });
        call.end();
      },
    });
    const stream = await connect(target).endpoint(down)({ n: 100 }, background);
    expect(await collect(stream)).toHaveLength(100);
  });

  it('gets an error, at the opening or after messages', async () => {
    const target = await serveStreamsPlain({
      down(call) {
        for (let n = 0; n < call.request.n; n++) call.write({ n });
        call.emit('error', { code: 9, details: 'not again' });
      },
    });
    const read = connect(target).endpoint(down);
    const failure = { code: 'failed_precondition', message: 'not again' };
    await expect(read({ n: 0 }, background)).rejects.toMatchObject(failure);
    const stream = await read({ n: 1 }, background);
    await expect(collect(stream)).rejects.toMatchObject(failure);
  });

  it('sends a stream of requests', async () => {
    const target = await serveStreamsPlain({
      up(call, callback) {
        let sum = 0;
        call.on('data', ({ n }: Numbered) => {
          sum += n;
        });
        call.on('end', () => callback(null, { n: sum }));
      },
    });
    expect(await connect(target).endpoint(up)(numbers(50), background)).toEqual({ n: 1225 });
  });

  it('talks with one that says nothing before it is asked', async () => {
    const target = await serveStreamsPlain({
      both(call) {
        call.on('data', ({ n }: Numbered) => call.write({ n: n * 2 }));
        call.on('end', () => call.end());
      },
    });
    const { stream, push, end } = queue();
    const answers = (await connect(target).endpoint(both)(stream, background))[
      Symbol.asyncIterator
    ]();
    push({ n: 1 });
    expect(await answers.next()).toEqual({ done: false, value: { n: 2 } });
    push({ n: 2 });
    expect(await answers.next()).toEqual({ done: false, value: { n: 4 } });
    end();
    expect((await answers.next()).done).toBe(true);
  });

  it('finds out at the opening that nobody is there', async () => {
    const read = connect('127.0.0.1:9').endpoint(down);
    await expect(read({ n: 0 }, background)).rejects.toMatchObject({ code: 'unavailable' });
    const sender = numbers(1);
    await expect(connect('127.0.0.1:9').endpoint(up)(sender, background)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

async function* failing(count: number): AsyncGenerator<Numbered> {
  yield* numbers(count);
  throw new ServiceError('failed_precondition', 'not again', { details: { left: 0 } });
}

/** A stream that a test writes as it goes. */
function queue(): {
  readonly stream: AsyncIterable<Numbered>;
  push(message: Numbered): void;
  end(): void;
} {
  const { readable, writable } = new TransformStream<Numbered, Numbered>();
  const writer = writable.getWriter();
  return {
    // Sound: Node's ReadableStream is an AsyncIterable.
    stream: readable as unknown as AsyncIterable<Numbered>,
    push: (message) => void writer.write(message),
    end: () => void writer.close(),
  };
}
