import { once } from 'node:events';
import { createServer } from 'node:http';

/** What the fake agent answers. */
export interface FakeAnswer {
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON, or as it is where it is a text. */
  readonly body?: unknown;
}

/** An agent that answers what no real one would, and records what it is asked. */
export interface FakeConsul extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly string[];
}

/** Starts a fake agent; the answer to the n-th request (from 1) comes at once, or never where undefined. */
export async function startFakeConsul(
  answer: (n: number, request: string) => FakeAnswer | undefined,
): Promise<FakeConsul> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const n = requests.push(`${request.method} ${request.url}`);
    await request.toArray();
    const given = answer(n, `${request.method} ${request.url}`);
    if (given === undefined) return;
    const { status = 200, headers = {}, body = '' } = given;
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  return {
    url: `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One entry of `/v1/health/service/:name`, with what a test changes. */
export function healthEntry(
  n: number,
  {
    node = {},
    service = {},
    status = 'passing',
  }: { node?: object; service?: object; status?: string } = {},
): object {
  return {
    Node: { Node: `node-${n}`, Address: `10.0.1.${n}`, Meta: {}, ...node },
    Service: {
      ID: `add-${n}`,
      Service: 'add',
      Address: `10.0.0.${n}`,
      Port: 8000,
      Tags: ['a', 'b'],
      Meta: {},
      Weights: { Passing: 1, Warning: 1 },
      ...service,
    },
    Checks: [{ Status: 'passing' }, { Status: status }],
  };
}

/** The header that blocking queries go by. */
export function indexHeader(index: number): Readonly<Record<string, string>> {
  return { 'x-consul-index': String(index) };
}
