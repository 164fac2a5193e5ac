import type { NodeRequest } from '../call.ts';

type Socket = NodeRequest['socket'];

const addresses = /* @__PURE__ */ new WeakMap<Socket, string>();

/** The address of the client. Remembered, since Node asks the socket anew for each request of a connection. */
export function peerOf({ socket }: NodeRequest): string | undefined {
  const known = addresses.get(socket);
  if (known !== undefined) return known;
  const address = socket.remoteAddress;
  if (address !== undefined) addresses.set(socket, address);
  return address;
}
