import type { Http2Stream, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Clock } from '@fairlead/endpoint';
import type { Http2Limits } from './options.ts';

/** RFC 9113 §7. Node's constants would load all of `node:http2`. */
const code = { cancel: 8, enhanceYourCalm: 11 } as const;

/** As nghttp2 allows them: ours is the lower burst, so that the connection is closed and not left hanging. */
const resetsPerSecond = 33;

/** One request, and since when its client is late. */
interface Watch {
  readonly startedAt: number;
  stalledSince: number | undefined;
  left: number;
}

/**
 * One connection of HTTP/2: knows its requests, and closes what is slow, idle or too loud. It has no
 * timer of its own: whoever owns it calls `check` about every second.
 */
export class Http2Session {
  private readonly session: ServerHttp2Session;
  private readonly limits: Http2Limits;
  private readonly clock: Clock;
  private readonly streams = new Map<ServerHttp2Stream, Watch>();
  private controlFrames = 0;
  private resets = 0;
  private hasRequested = false;
  /** Since when there has been no request. */
  private idleSince: number;
  private checkedAt: number;

  constructor(session: ServerHttp2Session, limits: Http2Limits, clock: Clock) {
    this.session = session;
    this.limits = limits;
    this.clock = clock;
    this.idleSince = clock.now();
    this.checkedAt = this.idleSince;
    const count = (): void => {
      if (++this.controlFrames > limits.maxControlFrames) this.calm('pings and settings');
    };
    session.on('stream', (stream) => this.watch(stream));
    session.on('ping', count);
    session.on('remoteSettings', count);
  }

  /**
   * Takes no more requests, and closes the connection when those in progress are over. The GOAWAY names
   * the last of them, so that a client may send again what was on its way (RFC 9113 §6.8).
   */
  close(): void {
    this.session.close();
  }

  destroy(): void {
    this.session.destroy();
  }

  check(): void {
    const now = this.clock.now();
    this.controlFrames = 0;
    this.resets = Math.max(0, this.resets - ((now - this.checkedAt) / 1000) * resetsPerSecond);
    this.checkedAt = now;
    if (this.streams.size === 0) this.checkIdle(now);
    for (const [stream, watch] of this.streams) this.checkStream(stream, watch, now);
  }

  private watch(stream: ServerHttp2Stream): void {
    const { streams, clock } = this;
    this.hasRequested = true;
    streams.set(stream, { startedAt: clock.now(), stalledSince: undefined, left: 0 });
    stream.once('close', () => {
      streams.delete(stream);
      this.idleSince = clock.now();
      if (stream.rstCode !== 0 && ++this.resets > this.limits.maxResets) this.calm('resets');
    });
  }

  private calm(what: string): void {
    this.session.destroy(new Error(`too many ${what}`), code.enhanceYourCalm);
  }

  private checkIdle(now: number): void {
    const { keepAliveTimeoutMs, headersTimeoutMs } = this.limits;
    const limit = this.hasRequested ? keepAliveTimeoutMs : headersTimeoutMs;
    if (limit > 0 && now - this.idleSince >= limit) this.session.destroy();
  }

  private checkStream(stream: ServerHttp2Stream, watch: Watch, now: number): void {
    const { requestTimeoutMs, stallTimeoutMs } = this.limits;
    const isLate = requestTimeoutMs > 0 && now - watch.startedAt >= requestTimeoutMs;
    if (isLate && !hasCome(stream)) refuseLate(stream);
    if (!isWaitingForClient(stream) || stream.writableLength !== watch.left) {
      watch.stalledSince = undefined;
      watch.left = stream.writableLength;
    }
    if (!isWaitingForClient(stream)) return;
    watch.stalledSince ??= now;
    if (stallTimeoutMs > 0 && now - watch.stalledSince >= stallTimeoutMs) {
      stream.close(code.enhanceYourCalm);
    }
  }
}

/** Whether the client has sent its whole request, read or not. */
function hasCome(stream: ServerHttp2Stream): boolean {
  return (
    stream.destroyed || stream.readableEnded || stream.endAfterHeaders || isRemoteClosed(stream)
  );
}

function isRemoteClosed({ state }: Http2Stream): boolean {
  return state.remoteClose === 1;
}

/** Whether there is something for the client that it does not take. */
function isWaitingForClient(stream: ServerHttp2Stream): boolean {
  return stream.writableNeedDrain || (stream.writableEnded && !stream.writableFinished);
}

/** 408 where nothing has been answered yet; the request is broken off either way. */
function refuseLate(stream: ServerHttp2Stream): void {
  if (!stream.headersSent) {
    stream.respond({ ':status': 408, 'content-length': '0' }, { endStream: true });
  }
  stream.close(code.cancel);
}
