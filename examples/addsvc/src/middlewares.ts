import { type Middleware, operation, ServiceError, settle } from '@fairlead/endpoint';

/** Writes a line for each call: what was called, over what, how it ended and how long it took. */
export function logging(write: (line: string) => void): Middleware {
  return (next) => (request, ctx) => {
    const start = ctx.clock.now();
    const { method, transport } = ctx.get(operation) ?? {};
    return settle(next(request, ctx), ({ error }) => {
      const took = `${(ctx.clock.now() - start).toFixed(1)}ms`;
      const err = error === undefined ? 'null' : JSON.stringify(ServiceError.from(error).message);
      write(`method=${method} transport=${transport} took=${took} err=${err}`);
    });
  };
}

/** How often each operation ended in each way. */
export interface RequestCounter {
  readonly middleware: Middleware;
  /** The counts, in the text format of Prometheus. */
  text(): string;
}

/** Counts calls by method, transport and code. */
export function createRequestCounter(): RequestCounter {
  const counts = new Map<string, number>();
  return {
    middleware: (next) => (request, ctx) => {
      const { method, transport } = ctx.get(operation) ?? {};
      return settle(next(request, ctx), ({ error }) => {
        const code = error === undefined ? 'ok' : ServiceError.from(error).code;
        const labels = `method="${method}",transport="${transport}",code="${code}"`;
        counts.set(labels, (counts.get(labels) ?? 0) + 1);
      });
    },
    text: () =>
      [
        '# TYPE addsvc_requests_total counter',
        ...[...counts].map(([labels, count]) => `addsvc_requests_total{${labels}} ${count}`),
        '',
      ].join('\n'),
  };
}
