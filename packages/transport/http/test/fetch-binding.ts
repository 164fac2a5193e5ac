// A transport over the fetch standard alone: what the conformance suites call here runs on every host of it.
import { type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { TransportBinding } from '@fairlead/testing';
import type { Send } from '../src/client/dispatch.ts';
import { clientEndpoint } from '../src/client/endpoint.ts';
import { WholeReply } from '../src/client/reply.ts';
import { type FetchHandler, fetchHandler } from '../src/fetch.ts';

/** What answers requests, somewhere. */
export interface FetchServer {
  readonly url: string;
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** A binding whose server is a `fetchHandler` that `start` puts somewhere. */
export function fetchBinding(
  start: (handler: FetchHandler) => FetchServer | Promise<FetchServer>,
): TransportBinding {
  return {
    async pair(endpoint, { server: serverHooks = {}, client: clientHooks = {} }) {
      const handler = fetchHandler(endpoint, {
        decode: (request) => request.json(),
        methods: ['POST'],
        ...serverHooks,
      });
      const server = await start(handler);
      const target = {
        host: new URL(server.url).host,
        origin: new URL(server.url).origin,
        prefix: '',
        maxResponseBytes: Infinity,
        send: sendTo(server),
      };
      const call: Endpoint<never, never> = clientEndpoint(target, {
        path: '/echo',
        ...clientHooks,
      });
      return { call: call as Endpoint<unknown, never>, close: server.close };
    },
  };
}

/** Sends a call with `fetch`, and collects its reply. */
function sendTo(server: FetchServer): Send {
  return async (call, ctx) => {
    const { method, headers, body = null } = call;
    const aborting = new AbortController();
    const unlink = ctx.onAbort((error) => aborting.abort(error));
    try {
      const url = server.url + call.path;
      const { signal } = aborting;
      // Sound: bytes are a body, whatever buffer is below them.
      const init = { method, headers, body: body as string | null, signal };
      const response = await server.fetch(new Request(url, init));
      const bytes = Buffer.from(await response.arrayBuffer());
      call.reply = new WholeReply(
        response.status,
        Object.fromEntries(response.headers),
        bytes,
        Infinity,
      );
      return call.reply;
    } catch (cause) {
      throw ctx.error ?? new ServiceError('unavailable', 'no reply', { cause });
    } finally {
      unlink();
    }
  };
}
