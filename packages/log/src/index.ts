export {
  type AccessLogHooks,
  type AccessLogOptions,
  accessLog,
  accessLogHooks,
  levelOf,
} from './access-log.ts';
export { forCall } from './call-facts.ts';
export { type LoggerOptions, logger } from './line-logger.ts';
export { type Fields, type Level, type Logger, levels, silent } from './logger.ts';
export { type PinoLogger, type PinoOptions, pinoLogger } from './pino.ts';
export { type SampleOptions, sampled } from './sampled.ts';
export { type LoggedSpan, spanFields } from './span-fields.ts';
