import { background, createContext } from '@fairlead/endpoint';
import {
  InterceptingCall,
  type Interceptor,
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { AddService, type SumReply } from '../gen/add.ts';
import { callPlain, connect, serve, servePlain } from '../test/peers.ts';
import { grpcHandler } from './index.ts';

const sum = grpcHandler(AddService.sum, async ({ a, b }) => ({ v: a + b }));
const one = { a: 1, b: 2 };

describe('interceptors of a client', () => {
  const tagging =
    (tag: string): Interceptor =>
    (options, next) =>
      new InterceptingCall(next(options), {
        start(metadata, listener, start) {
          metadata.add('x-tag', tag);
          start(metadata, listener);
        },
      });

  it('see every call, the first one before the second', async () => {
    const seen: unknown[] = [];
    const target = await servePlain({
      sum: ({ metadata }, callback) => {
        seen.push(metadata.get('x-tag'));
        callback(null, { v: 3 });
      },
    });
    const interceptors = [tagging('outer'), tagging('inner')];
    const call = connect(target, { interceptors }).endpoint(AddService.sum);
    expect(await call(one, background)).toEqual({ v: 3 });
    expect(seen).toEqual([['outer, inner']]);
  });

  it('see messages as bytes, and may change them', async () => {
    const doubling: Interceptor = (options, next) =>
      new InterceptingCall(next(options), {
        start(metadata, _listener, start) {
          start(metadata, {
            onReceiveMessage(message: Buffer, pass) {
              const { v } = AddService.sum.responseDeserialize(message);
              pass(AddService.sum.responseSerialize({ v: v * 2 }));
            },
          });
        },
      });
    const call = connect(await serve({ sum }), { interceptors: [doubling] });
    expect(await call.endpoint(AddService.sum)(one, background)).toEqual({ v: 6 });
  });

  it('may answer at once, without a server, and leave nothing on the context', async () => {
    let cancelled = 0;
    const cached: Interceptor = () => {
      const answering = {
        cancelWithStatus: () => void cancelled++,
        getPeer: () => 'cache',
        start(_metadata: unknown, listener?: object) {
          // Sound: what grpc-js passes has all of them.
          const { onReceiveMessage, onReceiveStatus } = listener as {
            onReceiveMessage: (bytes: Buffer) => void;
            onReceiveStatus: (status: object) => void;
          };
          onReceiveMessage(AddService.sum.responseSerialize({ v: 7 }));
          onReceiveStatus({ code: 0, details: '', metadata: new Metadata() });
        },
        sendMessageWithContext() {},
        sendMessage() {},
        startRead() {},
        halfClose() {},
        getAuthContext: () => null,
      };
      return new InterceptingCall(answering);
    };
    const client = connect('127.0.0.1:9', { interceptors: [cached] });
    const ctx = createContext();
    expect(await client.endpoint(AddService.sum)(one, ctx)).toEqual({ v: 7 });
    await client.close();
    ctx.cancel();
    expect(cancelled).toBe(0);
  });

  it('fail the call where they throw', async () => {
    const cause = new Error('no');
    const failing: Interceptor = () => {
      throw cause;
    };
    const client = connect('127.0.0.1:9', { interceptors: [failing] });
    await expect(client.endpoint(AddService.sum)(one, background)).rejects.toMatchObject({
      code: 'internal',
      cause,
    });
    await client.close();
  });
});

describe('interceptors of a server', () => {
  it('see every call, and the bytes of its response', async () => {
    const log: unknown[] = [];
    const watching: ServerInterceptor = ({ path }, call) =>
      new ServerInterceptingCall(call, {
        sendMessage(message: Buffer, send) {
          log.push(path, AddService.sum.responseDeserialize(message));
          send(message);
        },
      });
    const target = await serve({ sum }, { interceptors: [watching] });
    expect((await callPlain(target)).reply).toEqual({ v: 3 });
    expect(log).toEqual(['/pb.Add/Sum', { v: 3 } satisfies SumReply]);
  });

  it('may refuse a call before the endpoint is called', async () => {
    let calls = 0;
    const refusing: ServerInterceptor = (_method, call) =>
      new ServerInterceptingCall(call, {
        start(start) {
          start({
            onReceiveMetadata() {
              call.sendStatus({ code: 16, details: 'who are you?' });
            },
          });
        },
      });
    const counting = grpcHandler(AddService.sum, async () => ({ v: ++calls }));
    const target = await serve({ sum: counting }, { interceptors: [refusing] });
    expect((await callPlain(target)).error).toMatchObject({ code: 16, details: 'who are you?' });
    expect(calls).toBe(0);
  });
});
