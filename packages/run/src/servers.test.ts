import { request } from 'node:http';
import { background } from '@fairlead/endpoint';
import { createGrpcServer } from '@fairlead/grpc';
import { createHealth, createHealthFeed } from '@fairlead/health';
import { createHttpClient, createHttpServer, httpHandler } from '@fairlead/http';
import { createMemoryRegistry } from '@fairlead/sd';
import { describe, expect, it } from 'vitest';
import { deferred } from '../test/parts.ts';
import { actor, createDrain, run, serverActor } from './index.ts';

/** Actors of real servers, and what ends them. */
function scene() {
  const called = deferred();
  const answer = deferred<string>();
  const http = createHttpServer(
    httpHandler(
      () => {
        called.resolve();
        return answer.promise;
      },
      { decode: () => undefined },
    ),
    { http2: true },
  );
  const grpc = createGrpcServer();
  const asked = deferred<string>();
  const stop = actor('stop', () => asked.promise);
  return { http, grpc, stop, end: asked.resolve, called: called.promise, answer: answer.resolve };
}

describe('a group of servers', () => {
  it('listens, drains, and loses no call', async () => {
    const { http, grpc, stop, end, called, answer } = scene();
    const health = createHealth();
    await using feed = createHealthFeed(health, grpc.health);
    await feed.ready;
    const registry = createMemoryRegistry();
    await using instancer = registry.instancer('hello');
    const listening = deferred<string>();
    const registrar = registry.registrar('hello', '127.0.0.1:80');
    const drain = createDrain({
      unready: [() => health.setReady(false, 'draining')],
      registrars: [registrar],
      propagationMs: 0,
      servers: [http, grpc],
      lingerMs: 0,
    });
    const onListening = async ({ port }: { readonly port: number }): Promise<void> => {
      await registrar.register();
      listening.resolve(`http://127.0.0.1:${port}`);
    };
    const running = run(
      [stop, serverActor('http', http, { onListening }), serverActor('grpc', grpc)],
      { drain },
    );
    const url = await listening.promise;
    expect(await instancer.ready(background)).toHaveLength(1);

    await using client = createHttpClient(url);
    const reply = client.endpoint<void, string>({ path: '/', method: 'GET' })(
      undefined,
      background,
    );
    await called;
    end('enough');
    await expect.poll(() => drain.state).toBe('finish');
    expect(instancer.current.instances).toEqual([]);
    answer('late but whole');
    expect(await reply).toBe('late but whole');
    expect(await running).toMatchObject({ actor: 'stop', reason: 'enough' });
    expect(http.server.listening).toBe(false);
  });

  it('ends with the error of a port that is taken, and the others with it', async () => {
    const { http, stop, end } = scene();
    await using other = createHttpServer(() => {});
    const { port } = await other.listen();
    const running = run([stop, serverActor('http', http, { listen: { port } })]);
    const refused = expect(running).rejects.toThrow('the port is in use');
    // It is waited for.
    await http.close();
    end('');
    await refused;
  });

  it('cuts calls off when the drain is aborted', async () => {
    const { http, grpc, stop, end, called, answer } = scene();
    const listening = deferred<number>();
    const drain = createDrain({ servers: [http, grpc] });
    const onListening = ({ port }: { readonly port: number }): void => listening.resolve(port);
    const running = run(
      [stop, serverActor('http', http, { onListening }), serverActor('grpc', grpc)],
      { drain },
    );
    const broken = deferred<string | undefined>();
    request({ port: await listening.promise })
      .on('error', ({ code }: NodeJS.ErrnoException) => broken.resolve(code))
      .end();
    await called;
    end('enough');
    await expect.poll(() => drain.state).toBe('finish');
    drain.abort();
    expect(await broken.promise).toBe('ECONNRESET');
    await running;
    answer('nobody hears it');
  });
});
