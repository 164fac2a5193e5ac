// A server that can do so much and no more, a process of its own.
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint } from '@fairlead/endpoint';
import { createGrpcServer, grpcHandler } from '@fairlead/grpc';
import { createHttpServer, group, jsonBody, route, routes } from '@fairlead/http';
import { createLoopDelay, shed } from '@fairlead/ratelimit';
import type { OverloadOptions } from './options.ts';
import { work as method, type WorkRequest } from './service.ts';

/** What a server is told at its start, as JSON in its only argument. */
export type ServerSetup = Pick<OverloadOptions, 'transport' | 'work' | 'protection'>;

/** What it says once it listens. */
export interface Listening {
  readonly address: string;
}

/**
 * What it does: eight at once that take 40 ms, or one at once that takes 5. Both are 200 a second. The
 * delay of the loop that it bears is the default, and for calls of 5 ms two of them.
 */
const plan = {
  wait: { workers: 8, ms: 40, maxLoopDelayMs: 50 },
  compute: { workers: 1, ms: 5, maxLoopDelayMs: 10 },
} as const;

function endpointOf(kind: ServerSetup['work']): Endpoint<WorkRequest, WorkRequest> {
  const { workers, ms } = plan[kind];
  if (kind === 'compute') {
    return async (request) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
      return request;
    };
  }
  // A line before the workers, in which those who have given up stay: so are most servers.
  const turns = Array.from({ length: workers }, () => Promise.resolve());
  let next = 0;
  return async (request) => {
    const place = next++ % workers;
    const turn = (turns[place] ?? Promise.resolve()).then(() => delay(ms));
    turns[place] = turn;
    await turn;
    return request;
  };
}

async function serve({ transport, work, protection }: ServerSetup): Promise<void> {
  // Whatever becomes of the parent, nothing is left of this process.
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => {});
  const { maxLoopDelayMs } = plan[work];
  const shedder =
    protection === 'adaptive' ? shed({ loopDelay: createLoopDelay(), maxLoopDelayMs }) : undefined;
  const endpoint = endpointOf(work);
  const at = { host: '127.0.0.1', port: 0 };
  const listen = async () => {
    if (transport === 'http') {
      const entry = route('POST', '/work', endpoint, { decode: jsonBody<WorkRequest>() });
      return await createHttpServer(routes([group('', [], [entry], shedder?.hooks)])).listen(at);
    }
    const server = createGrpcServer({ admit: shedder?.admit });
    server.add({ work: method }, { work: grpcHandler(method, endpoint) });
    return await server.listen(at);
  };
  const { host, port } = await listen();
  process.send?.({ address: `${host}:${port}` } satisfies Listening);
}

await serve(JSON.parse(process.argv[2] ?? '') as ServerSetup);
