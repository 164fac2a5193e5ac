import {
  background,
  chain,
  createContext,
  failure,
  type Operation,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import { createGrpcClient, createGrpcServer, grpcHandler } from '@fairlead/grpc';
import {
  createHttpClient,
  createHttpServer,
  httpHandler,
  jsonBody,
  ndjsonReply,
  route,
  routes,
} from '@fairlead/http';
import { createJsonrpcClient, jsonrpcHandler, jsonrpcMethod } from '@fairlead/jsonrpc';
import { fakeClock } from '@fairlead/testing';
import { createMemoryClient, createMemoryServer } from '@fairlead/transport';
import { describe, expect, it, vi } from 'vitest';
import { collecting, parsed } from '../test/lines.ts';
import { accessLog, accessLogHooks } from './access-log.ts';
import { forCall } from './call-facts.ts';

vi.setConfig({ testTimeout: 60_000 });

const sum: Operation = {
  side: 'server',
  transport: 'grpc',
  service: 'pb.Add',
  method: 'Sum',
  kind: 'unary',
  idempotent: true,
  peer: '10.0.0.1:80',
  attempt: 2,
};
const facts = {
  message: 'call served',
  transport: 'grpc',
  service: 'pb.Add',
  method: 'Sum',
  peer: '10.0.0.1:80',
  attempt: 2,
};

function make() {
  const clock = fakeClock();
  return { ...collecting(), clock, ctx: createContext({ clock }).with(operation, sum) };
}

describe('accessLog', () => {
  it('writes what was called, how it ended and how long it took', async () => {
    const { log, lines, clock, ctx } = make();
    await chain(accessLog(log))(async () => {
      await clock.advance(12.3456);
      return 1;
    })(undefined, ctx);
    expect(parsed(lines)).toEqual([{ level: 'info', ...facts, code: 'ok', duration_ms: 12.346 }]);
  });

  it.each([
    ['not_found', 'info'],
    ['resource_exhausted', 'warn'],
    ['unavailable', 'warn'],
    ['internal', 'error'],
  ] as const)('writes %s as %s', async (code, level) => {
    const { log, lines, ctx } = make();
    const error = new ServiceError(code, 'it failed');
    const endpoint = chain(accessLog(log))(() => Promise.reject(error));
    await expect(endpoint(undefined, ctx)).rejects.toBe(error);
    expect(parsed(lines)).toMatchObject([{ level, code, error: { code, message: 'it failed' } }]);
  });

  it('writes of an error that is none of ours, and of one inside the response', async () => {
    const { log, lines, ctx } = make();
    await chain(accessLog(log))(() => Promise.reject(new TypeError('a bug')))(undefined, ctx).catch(
      () => {},
    );
    await chain(accessLog(log))(async () => ({ [failure]: new ServiceError('aborted', 'again') }))(
      undefined,
      ctx,
    );
    expect(parsed(lines)).toMatchObject([
      { level: 'error', code: 'internal', error: { name: 'TypeError', message: 'a bug' } },
      { level: 'warn', code: 'aborted', error: { message: 'again' } },
    ]);
  });

  it('writes of a stream when it has settled', async () => {
    const { log, lines, clock, ctx } = make();
    const endpoint = chain(accessLog(log))(async () => count(2));
    const stream = await endpoint(undefined, ctx);
    expect(lines).toEqual([]);
    await clock.advance(100);
    for await (const _ of stream);
    for await (const _ of await endpoint(undefined, ctx)) break;
    expect(parsed(lines)).toMatchObject([{ code: 'ok', duration_ms: 100 }, { code: 'canceled' }]);
  });

  it('adds fields, leaves lines out, and lets neither fail a call', async () => {
    const { log, lines, ctx } = make();
    const asked = (options: Parameters<typeof accessLog>[1]) =>
      chain(accessLog(log, options))(async () => 1)(undefined, ctx);
    await asked({ fields: () => ({ trace_id: 'abc' }) });
    await asked({ level: () => false });
    await asked({
      fields: () => {
        throw new Error('no trace');
      },
    });
    expect(parsed(lines)).toMatchObject([{ trace_id: 'abc' }, { code: 'ok' }]);
    expect(lines).toHaveLength(2);
  });

  it('knows the operation over every transport, on both sides', async () => {
    const { log, lines } = collecting();
    const middleware = accessLog(log);
    const echo = chain(middleware)(async ({ n }: Message) => ({ n }));
    await using http = createHttpServer(httpHandler(echo, { decode: jsonBody<Message>() }));
    const method = jsonrpcMethod(echo, { decode: () => ({ n: 1 }) });
    await using jsonrpc = createHttpServer(jsonrpcHandler({ echo: method }));
    await using grpc = createGrpcServer();
    grpc.add({ echo: grpcEcho }, { echo: grpcHandler(grpcEcho, echo) });
    await using memory = createMemoryServer({ echo });
    const [at, rpcAt, grpcAt] = [await http.listen(), await jsonrpc.listen(), await grpc.listen()];

    await using client = createHttpClient(`http://127.0.0.1:${at.port}`);
    await client.endpoint<Message, Message>({ path: '/', middleware })({ n: 1 }, background);
    await using rpcClient = createJsonrpcClient(`http://127.0.0.1:${rpcAt.port}`);
    const rpcEcho = rpcClient.endpoint<Message, Message>({ method: 'echo', middleware });
    await rpcEcho({ n: 1 }, background);
    await using grpcClient = createGrpcClient(`127.0.0.1:${grpcAt.port}`);
    await grpcClient.service({ echo: grpcEcho }, { middleware }).echo({ n: 1 }, background);
    await createMemoryClient(memory).service({ middleware }).echo({ n: 1 }, background);

    const said = parsed(lines).map(({ message, transport, code }) => [transport, message, code]);
    expect(said).toEqual(
      ['http', 'jsonrpc', 'grpc', 'memory'].flatMap((transport) => [
        [transport, 'call served', 'ok'],
        [transport, 'call made', 'ok'],
      ]),
    );
  });
});

describe('accessLogHooks', () => {
  it('write over HTTP of what never reaches the endpoint', async () => {
    const { log, lines } = collecting();
    const decode = jsonBody<number>();
    await using server = createHttpServer(
      routes(
        [
          route('POST', '/double', async (n: number) => 2 * n, { decode }),
          route('POST', '/list', async (n: number) => count(n), { decode, encode: ndjsonReply() }),
        ],
        accessLogHooks(log),
      ),
    );
    const { port } = await server.listen();
    const ask = async (path: string, body: string) => {
      const headers = { 'content-type': 'application/json' };
      await (
        await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers })
      ).text();
    };
    await ask('/double', '2');
    await ask('/list', '2');
    await ask('/double', '{');
    await ask('/missing', '2');
    await server.close();
    expect(parsed(lines)).toMatchObject([
      { code: 'ok', status: 200, method: 'POST /double' },
      { code: 'ok', status: 200, method: 'POST /list', kind: 'server_stream' },
      { code: 'invalid_argument', status: 400, method: 'POST /double' },
      { code: 'unimplemented', status: 404, method: 'POST' },
    ]);
  });
});

it('forCall makes a logger that knows the call', () => {
  const { log, lines, ctx } = make();
  forCall(log, ctx, () => ({ trace_id: 'abc' })).info('adding', { a: 1 });
  forCall(log, background).info('alone');
  expect(parsed(lines)).toEqual([
    { level: 'info', ...facts, message: 'adding', trace_id: 'abc', a: 1 },
    { level: 'info', message: 'alone' },
  ]);
});

async function* count(to: number): AsyncGenerator<number> {
  for (let n = 1; n <= to; n++) yield n;
}

interface Message {
  readonly n: number;
}

const json = {
  write: (message: Message): Buffer => Buffer.from(JSON.stringify(message)),
  read: (bytes: Buffer): Message => JSON.parse(bytes.toString()),
};

/** Over gRPC, with JSON in the place of protobuf. */
const grpcEcho = {
  path: '/test.Echo/Echo',
  requestStream: false,
  responseStream: false,
  requestSerialize: json.write,
  requestDeserialize: json.read,
  responseSerialize: json.write,
  responseDeserialize: json.read,
} as const;
