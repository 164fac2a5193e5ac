import type { Level } from '../logger.ts';
import type { PlainFields } from '../plain.ts';

/** Makes lines. */
export interface Format {
  /** Fields as they stand in a line: a part that is rendered once and used again and again. */
  fields(fields: PlainFields): string;
  /** A line without its end, of parts that {@link fields} made. */
  line(at: number, level: Level, message: string, parts: string): string;
}
