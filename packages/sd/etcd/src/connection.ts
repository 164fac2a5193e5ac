import { type Context, type ScopedContext, ServiceError } from '@fairlead/endpoint';
import { createRegistryHttp, type RegistryHttp, type RegistryRequest } from '@fairlead/sd';
import type { Cluster, EtcdAuth } from './cluster.ts';
import { isAboutToken, isForNextMember, refusal } from './refusal.ts';

/** What is open to a cluster during one watch or registration. */
export interface Connection extends Disposable {
  /** Asks for one answer: of the first member that gives one, each being asked once. */
  call(path: string, body: object, ctx: Context): Promise<unknown>;
  /** Asks the member that answered last, and no other. */
  callSame(path: string, body: object, ctx: Context): Promise<unknown>;
  /** Opens a stream of JSON texts, of the first member that gives one. */
  stream(path: string, body: object, ctx: Context): Promise<AsyncIterable<unknown>>;
  /** Asks another member first from now on: the one that answered is not to be relied on. */
  turnAway(): void;
}

/** Opens nothing before the first call. Dispose of it: that closes what was opened. */
export function connect(cluster: Cluster): Connection {
  const { tls, maxBytes, timeoutMs } = cluster;
  const members = cluster.endpoints.map((url) =>
    createRegistryHttp({ url, tls, maxBytes, connectMs: timeoutMs }),
  );
  // Of this connection alone: the member that a watch is at must not change under it.
  let { preferred } = cluster;
  const prefer = (index: number): void => {
    preferred = index % members.length;
    cluster.preferred = preferred;
  };

  /** The first member's answer; the last one's failure where none answers. */
  const ofAnyMember = async <T>(ask: Ask<T>, ctx: Context): Promise<T> => {
    let failure: ServiceError | undefined;
    for (const member of [...members.slice(preferred), ...members.slice(0, preferred)]) {
      try {
        return await withToken(cluster, member, ask, ctx);
      } catch (thrown) {
        failure = ServiceError.from(thrown);
        if (ctx.error !== undefined || !isForNextMember(failure)) break;
        prefer(members.indexOf(member) + 1);
      }
    }
    throw failure;
  };

  const asking =
    (path: string, body: object, ctx: Context): Ask<unknown> =>
    (member) =>
      answerOf(member, requestFor(cluster, path, body), timeoutMs, ctx);

  return {
    call: (path, body, ctx) => ofAnyMember(asking(path, body, ctx), ctx),
    async callSame(path, body, ctx) {
      const member = members[preferred];
      return member && (await withToken(cluster, member, asking(path, body, ctx), ctx));
    },
    stream: (path, body, ctx) =>
      ofAnyMember(
        (member) => openStream(member, requestFor(cluster, path, body), timeoutMs, ctx),
        ctx,
      ),
    turnAway: () => prefer(preferred + 1),
    [Symbol.dispose]() {
      for (const member of members) member.close();
    },
  };
}

type Ask<T> = (member: RegistryHttp) => Promise<T>;

function requestFor({ token }: Cluster, path: string, body: object): RegistryRequest {
  return {
    ...{ method: 'POST', path: `/v3/${path}`, body },
    headers: {
      ...(token !== undefined && { authorization: token }),
      // A member that is cut off from the others ends the watch, instead of falling silent.
      'grpc-metadata-hasleader': 'true',
    },
  };
}

/** One answer of one member, in time. */
async function answerOf(
  member: RegistryHttp,
  request: RegistryRequest,
  timeoutMs: number,
  ctx: Context,
): Promise<unknown> {
  using limited = ctx.withTimeout(timeoutMs);
  try {
    const { status, text } = await member.send(request, limited);
    const answer = jsonOf(text);
    if (status === 200 && answer !== undefined) return answer;
    throw refusal(member.origin, status, answer);
  } catch (thrown) {
    if (ctx.error !== undefined || limited.error === undefined) throw thrown;
    throw late(member, timeoutMs);
  }
}

/** Opens a stream at one member, which must begin in time; it ends with the context. */
async function openStream(
  member: RegistryHttp,
  request: RegistryRequest,
  timeoutMs: number,
  ctx: Context,
): Promise<AsyncIterable<unknown>> {
  const opening = ctx.withCancel();
  const stopTimer = ctx.clock.schedule(timeoutMs, () => opening.cancel(late(member, timeoutMs)));
  try {
    const { status, lines } = await member.open(request, opening);
    if (status === 200) return messagesOf(member, lines, opening);
    throw refusal(member.origin, status, await firstOf(lines));
  } catch (thrown) {
    opening[Symbol.dispose]();
    throw thrown;
  } finally {
    stopTimer();
  }
}

function late({ origin }: RegistryHttp, timeoutMs: number): ServiceError {
  return new ServiceError(
    'unavailable',
    `${origin} did not answer within ${timeoutMs} ms: check that it is alive`,
  );
}

/** Authenticates where that is asked for and not done yet, and once more where the token is refused. */
async function withToken<T>(
  cluster: Cluster,
  member: RegistryHttp,
  ask: Ask<T>,
  ctx: Context,
): Promise<T> {
  const { auth } = cluster;
  if (auth === undefined) return await ask(member);
  const isFresh = cluster.token === undefined;
  if (isFresh) cluster.token = await authenticate(cluster, auth, member, ctx);
  const { token } = cluster;
  try {
    return await ask(member);
  } catch (thrown) {
    if (isFresh || !isAboutToken(ServiceError.from(thrown))) throw thrown;
    // Another call may have renewed it meanwhile.
    if (cluster.token === token) {
      cluster.token = await authenticate(cluster, auth, member, ctx);
    }
    return await ask(member);
  }
}

async function authenticate(
  { timeoutMs }: Cluster,
  { username, password }: EtcdAuth,
  member: RegistryHttp,
  ctx: Context,
): Promise<string> {
  const body = { name: username, password };
  const request = { method: 'POST', path: '/v3/auth/authenticate', body } as const;
  const answer = await answerOf(member, request, timeoutMs, ctx);
  // Sound: a token that is none is refused like any wrong one.
  return String((answer as { token?: unknown }).token);
}

/** The texts of a stream as JSON; a text that is none ends it. */
async function* messagesOf(
  member: RegistryHttp,
  lines: AsyncIterable<string>,
  opening: ScopedContext,
): AsyncGenerator<unknown> {
  try {
    for await (const line of lines) {
      const message = jsonOf(line);
      if (message === undefined) throw refusal(member.origin, 200, undefined);
      yield message;
    }
  } finally {
    opening[Symbol.dispose]();
  }
}

async function firstOf(lines: AsyncIterable<string>): Promise<unknown> {
  for await (const line of lines) return jsonOf(line);
  return undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
