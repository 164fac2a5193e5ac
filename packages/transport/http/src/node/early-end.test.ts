import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../../test/ask.ts';
import { watchConnections } from '../../test/connections.ts';
import { deferred } from '../../test/deferred.ts';
import { open } from '../../test/raw.ts';
import { createHttpServer, type HttpRequest, httpHandler } from '../index.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', note));
afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** More than a connection of loopback holds, so that the answer is still being sent. */
const large = 'x'.repeat(16 * 1_048_576);
const head = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n';

/** What a client has sent when it leaves, and the step that the server has reached then. */
const stages: readonly [string, string, 'connected' | 'decoding' | 'called' | 'answering'][] = [
  ['before it has said anything', '', 'connected'],
  ['in the request line', 'POST /some', 'connected'],
  ['among the headers', 'POST / HTTP/1.1\r\nhost: a\r\nx-na', 'connected'],
  ['after the headers', head, 'decoding'],
  ['in the body', `${head}1234`, 'decoding'],
  [
    'among chunks',
    `${head.replace('content-length: 9', 'transfer-encoding: chunked')}5\r\nab`,
    'decoding',
  ],
  ['before its answer', `${head}123456789`, 'called'],
  ['before its answer, with another request under way', `${head}123456789${head}1`, 'called'],
  ['in the middle of its answer', `${head}123456789`, 'answering'],
];

const departures: readonly [string, (socket: Socket) => unknown][] = [
  ['destroys its connection', (socket) => socket.destroy()],
  ['resets its connection', (socket) => socket.resetAndDestroy()],
  ['closes its half of the connection and reads on', (socket) => socket.end().resume()],
];

async function listen(text = large) {
  const steps = { decoding: deferred(), called: deferred() };
  const answer = deferred();
  const ended: number[] = [];
  let started = 0;
  const handler = httpHandler(
    async (body: string) => {
      steps.called.resolve();
      if (body === 'next') return body;
      await answer.promise;
      return text;
    },
    {
      decode: (request: HttpRequest) => {
        steps.decoding.resolve();
        return request.text();
      },
      before: [() => void started++],
      finalize: [(_ctx, _call, { status }) => void ended.push(status)],
    },
  );
  const server = createHttpServer(handler);
  onTestFinished(() => server.close({ graceMs: 0 }));
  const connections = watchConnections(server.server);
  const { port } = await server.listen();
  return {
    server,
    port,
    connections,
    steps,
    answer: answer.resolve,
    ended,
    started: () => started,
  };
}

describe.each(departures)('a client that %s', (_how, leave) => {
  it.each(stages)('%s leaves nothing behind', async (_when, bytes, stage) => {
    const { server, port, connections, steps, answer, ended, started } = await listen();
    const connected = connections.next();
    const socket = await open(port);
    await connected;
    socket.write(bytes);
    if (stage === 'decoding') await steps.decoding.promise;
    if (stage === 'called') await steps.called.promise;
    if (stage === 'answering') {
      answer();
      await new Promise((resolve) => socket.once('data', resolve));
      socket.pause();
    }
    leave(socket);
    await connections.allClosed();
    // An endpoint that takes no notice ends later, and nobody minds.
    answer();

    expect(await ask(`http://127.0.0.1:${port}`, { body: 'next' })).toMatchObject({
      text: '"next"',
    });
    await server.close();
    expect(await connections.allClosed()).toBe(0);
    expect(ended).toHaveLength(started());
  });
});

it('clients that leave all at once leave nothing behind', async () => {
  const { server, port, connections, ended, started, answer } = await listen('small');
  answer();
  const sockets = await Promise.all(Array.from({ length: 100 }, () => open(port)));
  for (const [i, socket] of sockets.entries()) {
    const [, bytes] = stages[i % stages.length] ?? ['', ''];
    socket.write(bytes);
    (departures[i % departures.length] ?? departures[0])?.[1](socket);
  }
  expect(await ask(`http://127.0.0.1:${port}`, { body: 'next' })).toMatchObject({ status: 200 });
  await server.close();
  expect(await connections.allClosed()).toBe(0);
  expect(ended).toHaveLength(started());
});
