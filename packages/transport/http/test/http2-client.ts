import { type ClientHttp2Session, connect, type SecureClientSessionOptions } from 'node:http2';
import { type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { FakeClock } from '@fairlead/testing';
import type { Send } from '../src/client/dispatch.ts';
import { clientEndpoint, type HttpEndpointOptions } from '../src/client/endpoint.ts';
import { WholeReply } from '../src/client/reply.ts';
import type { HttpServer } from '../src/index.ts';

/** A client over one connection of HTTP/2. */
export interface Http2Client {
  readonly session: ClientHttp2Session;
  endpoint<Req, Res>(options: HttpEndpointOptions<Req, Res>): Endpoint<Req, Res>;
  close(): Promise<void>;
}

/** Connects to an origin, `http:` with prior knowledge or `https:` by ALPN. */
export function http2Client(origin: string, options: SecureClientSessionOptions = {}): Http2Client {
  const session = connect(origin, options);
  // The calls say what went wrong.
  session.on('error', () => {});
  const target = {
    host: new URL(origin).host,
    origin,
    prefix: '',
    send: sendOver(session),
    maxResponseBytes: Infinity,
  };
  return {
    session,
    endpoint: (call) => clientEndpoint(target, call),
    close: () =>
      new Promise((resolve) => {
        if (session.destroyed) return resolve();
        session.once('close', resolve);
        session.destroy();
      }),
  };
}

/** Sends a call as one stream, and collects its reply. */
function sendOver(session: ClientHttp2Session): Send {
  return (call, ctx) =>
    new Promise((resolve, reject) => {
      const { method, path, headers, body } = call;
      if (session.destroyed) return reject(new ServiceError('unavailable', 'no connection'));
      const stream = session.request({ ...headers, ':method': method, ':path': path });
      const unlink = ctx.onAbort((error) => {
        reject(error);
        stream.close(8);
      });
      let status = 0;
      let replyHeaders: WholeReply['headers'] = {};
      const chunks: Buffer[] = [];
      stream.on('response', ({ ':status': code = 0, ...rest }) => {
        status = code;
        replyHeaders = rest;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', () => {});
      stream.on('close', () => {
        unlink();
        if (status === 0 || stream.rstCode !== 0) {
          reject(new ServiceError('unavailable', `no reply: code ${stream.rstCode}`));
          return;
        }
        call.reply = new WholeReply(status, replyHeaders, Buffer.concat(chunks), Infinity);
        resolve(call.reply);
      });
      stream.end(body);
    });
}

/** Closes a server whose clock stands still, whatever it is busy with. */
export async function closeNow(server: HttpServer, clock: FakeClock): Promise<void> {
  const closed = server.close({ graceMs: 0 });
  // The close of a server that listens begins in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(10_000);
  await closed;
}
