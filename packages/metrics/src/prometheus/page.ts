import { type Endpoint, ServiceError } from '@fairlead/endpoint';
import { formatOf } from './accept.ts';
import type { MetricRegistry } from './registry.ts';
import { metricsText, type TextFormat, textTypes } from './text.ts';

/** The metrics of one moment, in the format that was asked for. */
export interface MetricsReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Node's request, as far as it matters here. */
export interface PageRequest {
  readonly method?: string | undefined;
  readonly headers: { readonly accept?: string | undefined };
}

/** Node's response, as far as it matters here. */
export interface PageResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/** The page that Prometheus reads, for every host. */
export interface MetricsPage {
  /** The metrics in the format that the `Accept` header asks for; `unavailable` where one cannot be read. */
  readonly endpoint: Endpoint<string | undefined, MetricsReply>;
  /** What `httpHandler`, `fetchHandler` and `route` of `@fairlead/http` take beside the endpoint. */
  readonly options: {
    decode(request: Pick<PageRequest, 'headers'>): string | undefined;
    encode(reply: MetricsReply): MetricsReply;
  };
  /** For `node:http` and Express. Answers `GET` and `HEAD`, whatever the path. Never throws. */
  readonly handler: (request: PageRequest, response: PageResponse) => void;
  /** For hosts of the fetch standard. Answers `GET` and `HEAD`, whatever the path. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
}

const methods = ['GET', 'HEAD'];
const notAllowed: MetricsReply = {
  status: 405,
  headers: { allow: 'GET, HEAD', 'content-type': 'text/plain; charset=utf-8' },
  body: 'ask for the metrics with GET\n',
};
const unreadable: MetricsReply = {
  status: 500,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'a metric cannot be read\n',
};

/**
 * The page that Prometheus reads: in its own text format, or as OpenMetrics, with exemplars, for who
 * asks for that. Whoever asks while a page is being made gets the same one.
 *
 * ```ts
 * createServer(metricsPage(registry).handler).listen(9464);
 * ```
 *
 * It says much about a program: serve it where only Prometheus and those who operate can ask.
 */
export function metricsPage(registry: MetricRegistry): MetricsPage {
  const making = new Map<TextFormat, Promise<MetricsReply>>();

  async function make(format: TextFormat): Promise<MetricsReply> {
    try {
      const body = metricsText(await registry.getMetricsAsJSON(), format);
      return { status: 200, headers: { 'content-type': textTypes[format], vary: 'accept' }, body };
    } catch (cause) {
      const message =
        'a metric cannot be read: look at what the cause says, and mend its collect()';
      throw new ServiceError('unavailable', message, { cause });
    } finally {
      making.delete(format);
    }
  }

  function page(accept: string | null | undefined): Promise<MetricsReply> {
    const format = formatOf(accept);
    const before = making.get(format);
    if (before !== undefined) return before;
    const made = make(format);
    making.set(format, made);
    return made;
  }

  /** The same for hosts that know no errors of ours. */
  function reply(method: string, accept: string | null | undefined): Promise<MetricsReply> {
    if (!methods.includes(method)) return Promise.resolve(notAllowed);
    return page(accept).catch(() => unreadable);
  }

  return {
    endpoint: (accept) => page(accept),
    options: {
      decode: ({ headers }) => headers.accept,
      encode: (made) => made,
    },
    handler({ method = '', headers }, response) {
      void reply(method, headers.accept).then(({ status, headers: own, body }) => {
        response.writeHead(status, { ...own, 'content-length': String(Buffer.byteLength(body)) });
        response.end(method === 'HEAD' ? '' : body);
      });
    },
    async fetch({ method, headers }) {
      const { status, headers: own, body } = await reply(method, headers.get('accept'));
      return new Response(method === 'HEAD' ? null : body, { status, headers: own });
    },
  };
}
