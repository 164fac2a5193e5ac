import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What a query asks for. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly overTcp: boolean;
}

/** A record of an answer; its name is the question's. */
export interface DnsRecord {
  readonly type: number;
  readonly ttl: number;
  readonly data: Buffer;
}

/** What the server answers. */
export interface DnsReply {
  /** 0 is no error, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  readonly rcode?: number;
  readonly records?: readonly DnsRecord[];
  /** Whether the client is told to come again over TCP. */
  readonly truncated?: boolean;
  /** Sent instead of a message. */
  readonly garbage?: Buffer;
}

/** A DNS server for the faults that a real one does not show. */
export interface DnsServer extends AsyncDisposable {
  /** `127.0.0.1:port`, for UDP and TCP. */
  readonly address: string;
  /** What was asked so far. */
  readonly questions: readonly DnsQuestion[];
}

/** Starts a server that answers with what `reply` returns, and not at all where that is undefined. */
export async function startDnsServer(
  reply: (question: DnsQuestion) => DnsReply | undefined,
): Promise<DnsServer> {
  const questions: DnsQuestion[] = [];
  const sockets = new Set<Socket>();
  const answer = (query: Buffer, overTcp: boolean): Buffer | undefined => {
    const question = { ...questionOf(query), overTcp };
    questions.push(question);
    const answered = reply(question);
    return answered && (answered.garbage ?? encode(query, answered));
  };

  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      const message = answer(data.subarray(2), true);
      if (message === undefined) return;
      socket.end(Buffer.concat([uint16(message.length), message]));
    });
  }).listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const udp = createSocket('udp4');
  udp.on('message', (query, client) => {
    const message = answer(query, false);
    if (message !== undefined) udp.send(message, client.port, client.address);
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');

  return {
    address: `127.0.0.1:${port}`,
    questions,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(resolve)),
        new Promise((resolve) => tcp.close(resolve)),
      ]);
    },
  };
}

/** An A record. */
export function a(address: string, ttl: number): DnsRecord {
  return { type: 1, ttl, data: Buffer.from(address.split('.').map(Number)) };
}

/** An SRV record. */
export function srv(target: string, port: number, priority = 0, weight = 0): DnsRecord {
  const data = Buffer.concat([...[priority, weight, port].map(uint16), nameBytes(target)]);
  return { type: 33, ttl: 0, data };
}

const headerBytes = 12;

function questionOf(query: Buffer): { name: string; type: number } {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1) };
}

function encode(query: Buffer, { rcode = 0, records = [], truncated = false }: DnsReply): Buffer {
  const questionEnd = query.indexOf(0, headerBytes) + 5;
  // A response, recursion desired and available.
  const flags = 0x8180 | (truncated ? 0x0200 : 0) | rcode;
  return Buffer.concat([
    query.subarray(0, 2),
    ...[flags, 1, records.length, 0, 0].map(uint16),
    query.subarray(headerBytes, questionEnd),
    ...records.map(encodeRecord),
  ]);
}

function encodeRecord({ type, ttl, data }: DnsRecord): Buffer {
  const pointerToQuestion = 0xc000 | headerBytes;
  const seconds = Buffer.alloc(4);
  seconds.writeUInt32BE(ttl);
  return Buffer.concat([
    ...[pointerToQuestion, type, 1].map(uint16),
    seconds,
    uint16(data.length),
    data,
  ]);
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const parts = labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
