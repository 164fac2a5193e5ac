import { openSync, writeSync } from 'node:fs';
import { circuitBreaker } from '@fairlead/circuitbreaker';
import { chain, type Middleware, timeout } from '@fairlead/endpoint';
import { httpHandler, jsonBody } from '@fairlead/http';
import { accessLog, logger } from '@fairlead/log';
import { metricRegistry, prometheusMeter, redMetrics } from '@fairlead/metrics';
import { erroring, tokenBucket } from '@fairlead/ratelimit';
import { traceServer } from '@fairlead/tracing';
import { z } from 'zod';
import { serve } from './serve.ts';
import { sum } from './sum.ts';

// What a service in production has around its business, with a line for each call where it is asked for.
const [kind = 'quiet'] = process.argv.slice(2);
const nowhere = openSync('/dev/null', 'w');
const log = logger({
  format: 'json',
  batchMs: kind === 'batched' ? 10 : 0,
  write: (text) => void writeSync(nowhere, text),
});
const lines: readonly Middleware[] = kind === 'quiet' ? [] : [accessLog(log)];
const endpoint = chain(
  ...lines,
  redMetrics(prometheusMeter(metricRegistry())),
  timeout(10_000),
  circuitBreaker().middleware,
  erroring(tokenBucket({ perSecond: 1e9 })),
)(sum);

const item = z.object({ id: z.int(), name: z.string() });
const request = z.object({ a: z.int(), b: z.int(), items: z.array(item).optional() });
serve(httpHandler(endpoint, { decode: jsonBody(request), methods: ['POST'], ...traceServer() }));
