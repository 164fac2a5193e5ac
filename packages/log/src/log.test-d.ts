import type { Middleware } from '@fairlead/endpoint';
import type { grpcHandler } from '@fairlead/grpc';
import { fetchHandler, httpHandler, jsonBody } from '@fairlead/http';
import { spanOf } from '@fairlead/tracing';
import { trace } from '@opentelemetry/api';
import { pino } from 'pino';
import { expectTypeOf, it } from 'vitest';
import { accessLog, accessLogHooks, type Logger, logger, pinoLogger, spanFields } from './index.ts';

it('takes what pino makes as it is', () => {
  expectTypeOf(pinoLogger(pino())).toEqualTypeOf<Logger>();
  pinoLogger(pino().child({ a: 1 }));
  pinoLogger(pino({ customLevels: { audit: 35 } }));
});

it('fits every transport', () => {
  const log = logger();
  expectTypeOf(accessLog(log)).toEqualTypeOf<Middleware>();
  accessLog(log, { fields: spanFields(spanOf) });
  accessLog(log, { fields: spanFields(() => trace.getActiveSpan()) });
  const decode = jsonBody<number>();
  httpHandler(async (n: number) => n, { decode, ...accessLogHooks(log) });
  fetchHandler(async (n: number) => n, { decode, ...accessLogHooks(log) });
  expectTypeOf(accessLogHooks(log)).toExtend<Parameters<typeof grpcHandler>[2]>();
});
