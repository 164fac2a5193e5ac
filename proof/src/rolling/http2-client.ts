import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';

/** A client over one connection of HTTP/2 at a time, which leaves it when the server says so. */
export interface Http2Client {
  /** Posts JSON and resolves with the whole answer; rejects where there is none, or one that is no 200. */
  post(path: string, message: unknown): Promise<string>;
  close(): Promise<void>;
}

const { NGHTTP2_REFUSED_STREAM } = constants;

/** Connects to an address with prior knowledge, when it is first called. */
export function createHttp2Client(address: string): Http2Client {
  let current: ClientHttp2Session | undefined;

  function session(): ClientHttp2Session {
    if (current !== undefined) return current;
    const opened = connect(`http://${address}`);
    const leave = (): void => {
      if (current === opened) current = undefined;
    };
    opened.on('goaway', leave).on('close', leave);
    // The calls say what went wrong.
    opened.on('error', leave);
    current = opened;
    return opened;
  }

  async function post(path: string, message: unknown): Promise<string> {
    for (;;) {
      const stream = session().request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/json',
      });
      stream.end(JSON.stringify(message));
      const answer = await wholeAnswer(stream);
      // Refused before anybody saw it: RFC 9113 §8.7 has every client send it again.
      if (answer !== undefined) return answer;
    }
  }

  return {
    post,
    close: () =>
      new Promise((resolve) => {
        if (current === undefined || current.closed) resolve();
        else current.close(resolve);
      }),
  };
}

/** Undefined where the request was refused unseen. */
function wholeAnswer(stream: ClientHttp2Stream): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    let failure: Error | undefined;
    stream.setEncoding('utf8');
    stream.on('response', ({ ':status': code = 0 }) => {
      status = code;
    });
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('error', (error: Error) => {
      failure = error;
    });
    stream.on('close', () => {
      if (stream.rstCode === NGHTTP2_REFUSED_STREAM) resolve(undefined);
      else if (failure !== undefined) reject(failure);
      else if (status === 200 && stream.rstCode === 0) resolve(text);
      else reject(new Error(`status ${status}, code ${stream.rstCode}`));
    });
  });
}
