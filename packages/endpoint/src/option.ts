/** The range of a numeric option. */
export interface NumberRange {
  /** The least that is accepted. Default 0. */
  readonly min?: number;
  /** The most that is accepted. Default `Infinity`, which is then accepted itself. */
  readonly max?: number;
  /** Whether only whole numbers will do. Default false. */
  readonly integer?: boolean;
}

/**
 * Hands back a numeric option, or throws a `RangeError` that names it, what it was and what it may
 * be: a wrong option must fail where it is written, not at the first call.
 */
export function checkNumber(name: string, value: number, range: NumberRange = {}): number {
  const { min = 0, max = Infinity, integer = false } = range;
  const inRange = typeof value === 'number' && value >= min && value <= max;
  if (inRange && (!integer || Number.isInteger(value) || value === Infinity)) return value;
  const kind = integer ? 'a whole number' : 'a number';
  const upTo = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new RangeError(`${name} must be ${kind} ${upTo}, but is ${String(value)}`);
}
