import { requestOf } from '../servers/sum.ts';

/** How many connections a load keeps busy. */
export const connections = 50;

const body = '{"a":1,"b":2}';

/** The request that a load sends, as it goes over the wire. */
export function post(path: string, bytes: number): string {
  const text = JSON.stringify(requestOf(bytes, (request) => JSON.stringify(request).length));
  return [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${text.length}`,
    '',
    text,
  ].join('\r\n');
}

/** The same for `wrk`. */
export const wrkScript: string = `wrk.method = "POST"
wrk.body = '${body}'
wrk.headers["Content-Type"] = "application/json"
`;
