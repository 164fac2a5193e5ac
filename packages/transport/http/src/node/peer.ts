import type { NodeRequest } from '../call.ts';

const addresses = /* @__PURE__ */ new WeakMap<object, string>();

/** The address of the client. Remembered, since Node asks the socket anew for each request of a connection. */
export function peerOf(request: NodeRequest): string | undefined {
  // In HTTP/2 each request has a socket of its own, which stands for that of the session.
  const connection = 'stream' in request ? request.stream.session : request.socket;
  if (connection === undefined) return undefined;
  const known = addresses.get(connection);
  if (known !== undefined) return known;
  const address = request.socket.remoteAddress;
  if (address !== undefined) addresses.set(connection, address);
  return address;
}
