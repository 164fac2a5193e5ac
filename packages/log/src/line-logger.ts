import { checkNumber } from '@fairlead/endpoint';
import { batched } from './batch.ts';
import type { Format } from './format/format.ts';
import { jsonFormat } from './format/json.ts';
import { logfmtFormat } from './format/logfmt.ts';
import { terminalFormat } from './format/terminal.ts';
import { type Fields, type Level, type Logger, levels } from './logger.ts';
import {
  arePlain,
  maxTextLength,
  type PlainFields,
  type PlainRules,
  plainFields,
} from './plain.ts';
import { redaction } from './redaction.ts';
import { toStandardOutput } from './standard-output.ts';

/** What a logger writes, where and how. */
export interface LoggerOptions {
  /** The least level that is written. Default `info`. */
  readonly level?: Level | undefined;
  /**
   * `terminal` for people, `json` or `logfmt` for machines, one line for each call of the logger.
   * Default: `terminal` where the standard output is one, else `json`.
   */
  readonly format?: 'terminal' | 'json' | 'logfmt' | undefined;
  /** Whether `terminal` is coloured. Default: where the standard output is a terminal and `NO_COLOR` is not set. */
  readonly colour?: boolean | undefined;
  /** Takes a line, its end included; with `batchMs` several. What it throws is dropped. Default: the standard output. */
  readonly write?: ((line: string) => void) | undefined;
  /**
   * How long a line may wait for others, in milliseconds, to be written with them at once: for a service whose lines
   * are many. An `error` does not wait, nor do 64 KB, nor a process that exits; one that is killed loses what waits.
   * Default 0: each line is written by itself.
   */
  readonly batchMs?: number | undefined;
  /**
   * More names and paths whose values are not written: `ssn`, `user.email`, `items.*.card`. Passwords,
   * tokens, cookies, authorization and their like never are.
   */
  readonly redact?: readonly string[] | undefined;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * A logger that a person can read in a terminal and a machine elsewhere, without any set-up:
 *
 * ```ts
 * const log = logger({ level: 'debug' });
 * log.info('listening', { port: 8080 });
 * ```
 *
 * Whatever comes from outside stays inside its line and within its length: control characters are
 * escaped, texts cut at 2000 characters, a line at 200 values and about 16 000 characters.
 */
export function logger(options: LoggerOptions = {}): Logger {
  const { level = 'info', write = toStandardOutput, now = Date.now, redact = [] } = options;
  const rank = rankOf(level);
  const rules: PlainRules = {
    isSecret: redaction(redact),
    stacks: level === 'debug' ? 'always' : 'unexpected',
  };
  const batchMs = checkNumber('batchMs', options.batchMs ?? 0);
  const target: Target = {
    rank,
    rules,
    format: formatOf(options),
    // With the line alone: it may be a function that makes something else of what comes behind.
    write: batchMs > 0 ? batched(write, batchMs) : (line) => write(line),
    now,
  };
  return lineLogger(target, noFields, '');
}

/** What all loggers of one family have in common. */
interface Target {
  readonly rank: number;
  readonly rules: PlainRules;
  readonly format: Format;
  readonly write: (line: string, isUrgent: boolean) => void;
  readonly now: () => number;
}

const noFields: PlainFields = Object.freeze({});

function lineLogger(target: Target, bound: PlainFields, boundParts: string): Logger {
  const { rank, rules, format, write, now } = target;

  const isBound = Object.keys(bound).length > 0;

  function partsOf(fields: Fields): string {
    const plain = arePlain(fields, rules) ? fields : plainFields(fields, rules);
    if (!isBound) return format.fields(plain);
    // A name that is bound already is written once, with its newest value.
    for (const name in plain) {
      if (Object.hasOwn(bound, name)) return format.fields({ ...bound, ...plain });
    }
    return boundParts + format.fields(plain);
  }

  function at(level: Level): Logger['info'] {
    if (levels.indexOf(level) < rank) return () => {};
    return (message, fields) => {
      try {
        const parts = fields === undefined ? boundParts : partsOf(fields);
        const text = String(message).slice(0, maxTextLength);
        write(`${format.line(now(), level, text, parts)}\n`, level === 'error');
      } catch {
        // A line less must never be a call less.
      }
    };
  }

  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with(fields) {
      const all = { ...bound, ...plainFields(fields, rules) };
      return lineLogger(target, all, format.fields(all));
    },
    isEnabled: (level) => levels.indexOf(level) >= rank,
  };
}

function rankOf(level: Level): number {
  const rank = levels.indexOf(level);
  if (rank >= 0) return rank;
  throw new TypeError(`there is no level ${JSON.stringify(level)}: use ${levels.join(', ')}`);
}

function formatOf({ format, colour }: LoggerOptions): Format {
  const isTerminal = process.stdout.isTTY === true;
  const chosen = format ?? (isTerminal ? 'terminal' : 'json');
  switch (chosen) {
    case 'json':
      return jsonFormat();
    case 'logfmt':
      return logfmtFormat();
    case 'terminal':
      return terminalFormat(colour ?? (isTerminal && process.env['NO_COLOR'] === undefined));
    default:
      throw new TypeError(
        `there is no format ${JSON.stringify(chosen satisfies never)}: use terminal, json or logfmt`,
      );
  }
}
