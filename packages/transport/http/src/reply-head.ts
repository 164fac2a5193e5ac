/** Statuses below 200 announce another one: a client would wait for it. */
export function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  throw new RangeError(`${status} is not a status that can end a call`);
}

/** What says where the body ends is ours: a header passed on from elsewhere must not contradict it. */
export function isFraming(name: string): boolean {
  if (name.length !== 14 && name.length !== 17) return false;
  const key = name.toLowerCase();
  return key === 'content-length' || key === 'transfer-encoding';
}

/** Of 204 and 304 the length is that of no body at all (RFC 9110 §8.6). */
export function mayHaveLength(status: number): boolean {
  return status !== 204 && status !== 304;
}
