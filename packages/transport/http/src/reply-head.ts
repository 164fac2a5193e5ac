/** Statuses below 200 announce another one: a client would wait for it. */
export function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  throw new RangeError(`${status} is not a status that can end a call`);
}

/** What says where the body ends, what becomes of the connection, and how a call over gRPC went. */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** These are ours: a header passed on from elsewhere must not contradict them. Only a close may be asked for. */
export function isReserved(header: string, value: string | readonly string[]): boolean {
  const name = header.toLowerCase();
  if (name === 'connection') return value !== 'close';
  return reserved.has(name) || name.startsWith('grpc-');
}

/** Of 204 and 304 the length is that of no body at all (RFC 9110 §8.6). */
export function mayHaveLength(status: number): boolean {
  return status !== 204 && status !== 304;
}
