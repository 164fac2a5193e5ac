/** How many connections a load keeps busy. */
export const connections = 50;

const body = '{"a":1,"b":2}';

/** The request that a load sends, as it goes over the wire. */
export function post(path: string, bytes: number): string {
  const text = bodyOf(bytes);
  return [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${text.length}`,
    '',
    text,
  ].join('\r\n');
}

/** Two numbers, and where it shall be longer a list beside them that comes back as it went. */
function bodyOf(bytes: number): string {
  const item = { id: 1, name: 'a name of some length' };
  const count = Math.floor((bytes - body.length) / (JSON.stringify(item).length + 1));
  if (count <= 0) return body;
  return JSON.stringify({ a: 1, b: 2, items: Array.from({ length: count }, () => item) });
}

/** The same for `wrk`. */
export const wrkScript: string = `wrk.method = "POST"
wrk.body = '${body}'
wrk.headers["Content-Type"] = "application/json"
`;
