/** The parts of a base URL that its calls need. */
export interface BaseUrl {
  readonly url: URL;
  readonly origin: string;
  readonly host: string;
  /** The path, without a slash at its end. */
  readonly prefix: string;
}

/** Takes a base URL apart, or throws a `TypeError` that says what is wrong with it. */
export function parseBase(baseUrl: string | URL): BaseUrl {
  const url = URL.canParse(String(baseUrl)) ? new URL(baseUrl) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new TypeError(
      `the base URL must be like http://host:port or https://host/path, but is ${String(baseUrl)}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    // Which are not shown: the error may be logged.
    throw new TypeError(
      `the base URL must not hold credentials: send them as a header to ${url.host}`,
    );
  }
  return { url, origin: url.origin, host: url.host, prefix: url.pathname.replace(/\/+$/, '') };
}
