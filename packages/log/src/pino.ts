import type { Fields, Level, Logger } from './logger.ts';
import { maxTextLength, type PlainRules, plainFields } from './plain.ts';
import { redaction } from './redaction.ts';

/** A logger of pino, as far as it is used. */
export interface PinoLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(bindings: Record<string, unknown>): PinoLogger;
  isLevelEnabled(level: Level): boolean;
}

/** What is done to lines before pino gets them. */
export interface PinoOptions {
  /** As that of `logger`: more names and paths whose values are not written, whatever pino's own `redact` says. */
  readonly redact?: readonly string[] | undefined;
}

/**
 * A {@link Logger} that writes through pino: its levels, its transports, its destinations.
 *
 * ```ts
 * import { pino } from 'pino';
 * const log = pinoLogger(pino({ level: 'debug' }));
 * ```
 *
 * Fields are cut down and freed of secrets before, as `logger` does, so a serializer of pino's gets
 * plain values; what pino throws is dropped.
 */
export function pinoLogger(pino: PinoLogger, options: PinoOptions = {}): Logger {
  const isSecret = redaction(options.redact ?? []);

  function wrap(target: PinoLogger): Logger {
    const rules = (): PlainRules => ({
      isSecret,
      stacks: target.isLevelEnabled('debug') ? 'always' : 'unexpected',
    });
    const at =
      (level: Level): Logger['info'] =>
      (message, fields) => {
        try {
          if (!target.isLevelEnabled(level)) return;
          const plain = fields === undefined ? {} : plainFields(fields, rules());
          target[level](plain, String(message).slice(0, maxTextLength));
        } catch {
          // A line less must never be a call less.
        }
      };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: (fields: Fields) => wrap(target.child({ ...plainFields(fields, rules()) })),
      isEnabled: (level) => target.isLevelEnabled(level),
    };
  }

  return wrap(pino);
}
