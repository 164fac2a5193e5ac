import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/** One request to a gateway. */
export interface GatewayRequest {
  /** Below `/v3/`: `kv/range`. */
  readonly path: string;
  readonly body: unknown;
}

/** A gateway for what a real etcd cannot be made to show. */
export interface FakeGateway extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** The paths that were asked for so far. */
  readonly paths: readonly string[];
}

/** What etcd's answers have in front. */
export function header(revision: number) {
  return { header: { revision: String(revision) } };
}

/** A key with its value, as the gateway writes them. */
export function keyValue(key: string, value: string) {
  return { key: btoa(key), value: btoa(value) };
}

/** Starts a gateway that `answer` speaks for: it writes to the response and ends it, or leaves it open. */
export async function startFakeGateway(
  answer: (request: GatewayRequest, response: ServerResponse) => void,
): Promise<FakeGateway> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const path = request.url?.replace('/v3/', '') ?? '';
      paths.push(path);
      answer({ path, body: JSON.parse(text) }, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    paths,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
