/** How much a line matters, the least first. */
export const levels = ['debug', 'info', 'warn', 'error'] as const;

/** One of the four {@link levels}. */
export type Level = (typeof levels)[number];

/**
 * What a line says beside its message: facts by name, of any type. An error goes under `error`: its code,
 * its message and its causes are written, its stack only where nobody knows what it is or `debug` is on.
 */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes lines. The message is a fixed text, so that lines can be counted by it; what differs goes into
 * the fields. Never throws, whatever the fields do, and awaits nothing.
 */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** The same logger with these fields on every line. Make it once, not at each line: the fields are rendered here. */
  with(fields: Fields): Logger;
  /** Whether a line of this level would be written: to skip what is costly to find out. */
  isEnabled(level: Level): boolean;
}

/** A logger that writes nothing. */
export const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silent,
  isEnabled: () => false,
};
