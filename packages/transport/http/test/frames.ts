// HTTP/2 byte by byte (RFC 9113 §4, RFC 7541), for what no client sends.
import type { Socket } from 'node:net';
import { open } from './raw.ts';

export const type = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const flag = { none: 0, ack: 1, endStream: 1, endHeaders: 4 } as const;

export const errorCode = {
  none: 0,
  protocol: 1,
  internal: 2,
  cancel: 8,
  enhanceYourCalm: 11,
} as const;

export function frame(
  kind: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A block of headers: literals that nobody remembers. */
export function block(headers: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(headers.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** RFC 7541 §5.1, with a prefix of seven bits. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.of(value);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.of(...bytes, rest);
}

/** The headers that every request has. */
export const request = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'a'],
] as const;

/** The headers of a request as a frame. */
export function headers(
  stream: number,
  list: readonly (readonly [string, string])[] = request,
  flags: number = flag.endHeaders | flag.endStream,
): Buffer {
  return frame(type.headers, flags, stream, block(list));
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function reset(stream: number, code: number = errorCode.cancel): Buffer {
  return frame(type.rstStream, flag.none, stream, uint32(code));
}

/** One setting, such as 4: how much may be sent before more is allowed. */
export function setting(id: number, value: number): Buffer {
  return Buffer.concat([Buffer.of(0, id), uint32(value)]);
}

/** A frame that came. */
export interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
  /** Of RST_STREAM and GOAWAY. */
  readonly code: number | undefined;
}

/** A connection of HTTP/2 that a test writes to frame by frame. */
export interface RawConnection {
  readonly socket: Socket;
  readonly frames: readonly Frame[];
  write(...frames: readonly Uint8Array[]): void;
  /** The first frame of this kind, or undefined where the connection is closed before it comes. */
  first(kind: number, stream?: number): Promise<Frame | undefined>;
  readonly closed: Promise<void>;
}

/** Opens a connection, with the preface and settings of its own. */
export async function openHttp2(
  port: number,
  settings: Uint8Array = Buffer.alloc(0),
): Promise<RawConnection> {
  const socket = await open(port);
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resume of waiting) resume();
    waiting.clear();
  };
  let isClosed = false;
  let rest = Buffer.alloc(0);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isClosed = true;
      wake();
      resolve();
    });
  });
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      frames.push(toFrame(rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
    wake();
  });
  const write = (...all: readonly Uint8Array[]): void => void socket.write(Buffer.concat(all));
  write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(type.settings, 0, 0, settings));
  return {
    socket,
    frames,
    write,
    closed,
    async first(kind, stream) {
      for (;;) {
        const found = frames.find(
          (one) => one.kind === kind && (stream === undefined || one.stream === stream),
        );
        if (found !== undefined || isClosed) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
  };
}

function toFrame(bytes: Buffer): Frame {
  const kind = bytes.readUInt8(3);
  const payload = bytes.subarray(9);
  const at = kind === type.rstStream ? 0 : 4;
  const hasCode = kind === type.rstStream || kind === type.goAway;
  return {
    kind,
    flags: bytes.readUInt8(4),
    stream: bytes.readUInt32BE(5),
    payload,
    code: hasCode ? payload.readUInt32BE(at) : undefined,
  };
}
