/** How many connections a load keeps busy. */
export const connections = 50;

const body = '{"a":1,"b":2}';

/** The one request that every load sends, as it goes over the wire. */
export const post: string = [
  'POST /sum HTTP/1.1',
  'host: 127.0.0.1',
  'content-type: application/json',
  `content-length: ${body.length}`,
  '',
  body,
].join('\r\n');

/** The same for `wrk`. */
export const wrkScript: string = `wrk.method = "POST"
wrk.body = '${body}'
wrk.headers["Content-Type"] = "application/json"
`;
