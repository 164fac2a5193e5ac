import { type Agent, type IncomingMessage, request as plainRequest } from 'node:http';
import { type Context, ServiceError } from '@fairlead/endpoint';

/** One request on its way. */
export interface Exchange {
  readonly target: URL;
  readonly agent: Agent;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly connectMs: number;
}

/**
 * Sends a request and resolves with the answer when it begins. The connection is closed when the
 * context ends, until the answer has been read. A request that met a kept connection which the
 * registry had closed meanwhile is sent again on another.
 */
export async function exchange(sent: Exchange, ctx: Context): Promise<IncomingMessage> {
  for (;;) {
    const outcome = await attempt(sent, ctx);
    if (outcome !== 'stale') return outcome;
  }
}

function attempt(sent: Exchange, ctx: Context): Promise<IncomingMessage | 'stale'> {
  const { target, agent, method, headers, body, connectMs } = sent;
  const isSecure = target.protocol === 'https:';
  const send = isSecure ? process.getBuiltinModule('node:https').request : plainRequest;
  return new Promise((resolve, reject) => {
    const request = send(target, { agent, method, headers });
    let answer: IncomingMessage | undefined;
    const stopTimer = ctx.clock.schedule(connectMs, () => {
      request.destroy(new Error(`not connected after ${connectMs} ms`));
    });
    const unlink = ctx.onAbort((error) => {
      answer?.destroy(error);
      request.destroy(error);
    });
    request.on('socket', (socket) => {
      if (request.reusedSocket || !(socket.connecting || isSecure)) stopTimer();
      else socket.once(isSecure ? 'secureConnect' : 'connect', stopTimer);
    });
    request.on('response', (begun) => {
      stopTimer();
      answer = begun;
      resolve(begun);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (answer !== undefined) return;
      const isStale = request.reusedSocket && ctx.error === undefined && hungUp(error);
      if (isStale) resolve('stale');
      else reject(ctx.error ?? unanswered(sent, error));
    });
    request.on('close', () => {
      stopTimer();
      unlink();
    });
    request.end(body);
  });
}

function hungUp({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function unanswered({ method, target }: Exchange, cause: NodeJS.ErrnoException): ServiceError {
  // An AggregateError, of a name with several addresses, has no message of its own.
  const why = cause.message || cause.code;
  const what = `${method} ${target.origin}${target.pathname}`;
  return new ServiceError('unavailable', `${what} was not answered: ${why}`, { cause });
}
