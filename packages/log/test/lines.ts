import { type Logger, type LoggerOptions, logger } from '@fairlead/log';

/** A logger and the lines that it has written, at 2026-01-02 03:04:05.678 UTC. */
export function collecting(options: LoggerOptions = {}): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const now = (): number => Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const log = logger({ format: 'json', now, write: (line) => lines.push(line), ...options });
  return { log, lines };
}

/** What the lines of JSON say, without the time. */
export function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => {
    const { time: _, ...rest } = JSON.parse(line);
    return rest;
  });
}
