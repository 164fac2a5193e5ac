import { errorFacts, type StackRule } from './error-facts.ts';
import { type Redaction, redacted } from './redaction.ts';

/** A value that every format can write, as JSON has it. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainFields;

/** Values by name. */
export interface PlainFields {
  readonly [name: string]: Plain;
}

/** The longest text that is written of one value, in characters. */
export const maxTextLength = 2000;
/** How much of all values of a line is written, in characters. */
const maxLineLength = 16_384;
const maxValues = 200;
const maxDepth = 5;
const maxNameLength = 100;

/** How fields become plain. */
export interface PlainRules {
  readonly isSecret: Redaction;
  readonly stacks: StackRule;
}

/**
 * Fields as plain values, cut down to what a line can hold and without secrets. Never throws: what
 * cannot be read stands there as a text that says so.
 */
export function plainFields(fields: object, rules: PlainRules): PlainFields {
  return new Walk(rules).fields(fields);
}

/** Whether fields are plain as they are, as those of most lines: nothing is to be copied then, if they are used at once. */
export function arePlain(fields: object, { isSecret }: PlainRules): fields is PlainFields {
  try {
    if (Object.getPrototypeOf(fields) !== Object.prototype) return false;
    const names = Object.keys(fields);
    if (names.length > maxValues) return false;
    let chars = maxLineLength;
    const path = [''];
    for (const name of names) {
      path[0] = name;
      if (nameOf(name) !== name || isSecret(name, path)) return false;
      // Sound: the name is one of its keys.
      const value = (fields as Record<string, unknown>)[name];
      if (!isPlain(value)) return false;
      if (typeof value === 'string') chars -= value.length;
    }
    return chars >= 0;
  } catch {
    return false;
  }
}

/** A value that is written as it is. */
function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.length <= maxTextLength;
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return true;
    default:
      return value === null;
  }
}

/** One walk through the fields of a line. */
class Walk {
  private readonly rules: PlainRules;
  private readonly path: string[] = [];
  private readonly above: object[] = [];
  private chars = maxLineLength;
  private values = maxValues;

  constructor(rules: PlainRules) {
    this.rules = rules;
  }

  fields(source: object): PlainFields {
    const plain: Record<string, Plain> = {};
    this.above.push(source);
    try {
      for (const name of Object.keys(source)) {
        if (this.values <= 0) {
          plain['…'] = 'more was left out';
          break;
        }
        const value = this.member(source, name);
        if (value !== undefined) plain[nameOf(name)] = value;
      }
    } catch {
      plain['…'] = 'cannot be read';
    }
    this.above.pop();
    return plain;
  }

  /** The value under a name, or undefined where there is none. */
  private member(source: object, name: string): Plain | undefined {
    const depth = this.above.length;
    this.path.push(name);
    try {
      if (this.rules.isSecret(name, this.path)) return this.text(redacted);
      // Sound: the name is one of its keys, or an index.
      return this.value((source as Record<string, unknown>)[name]);
    } catch {
      return this.text('[cannot be read]');
    } finally {
      this.path.pop();
      // Where the walk broke off further down. To set a length is a call into the engine, even to what it is.
      if (this.above.length > depth) this.above.length = depth;
    }
  }

  private value(value: unknown): Plain | undefined {
    this.values--;
    if (value === null || value === undefined) return value;
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
        return value;
      case 'bigint':
      case 'symbol':
        return this.text(String(value));
      case 'function':
        return this.text(`[function ${value.name}]`);
      default:
        return this.object(value);
    }
  }

  private object(value: object): Plain {
    if (this.above.includes(value)) return '[circular]';
    if (this.above.length > maxDepth) return '[too deep]';
    if (value instanceof Error) return this.fields(errorFacts(value, this.rules.stacks));
    if (value instanceof Date) return this.text(dateText(value));
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) return this.list(value);
    if (value instanceof Map) return this.fields(Object.fromEntries(first(value)));
    if (value instanceof Set) return this.list(first(value));
    if (value instanceof URL) return this.text(`${value.origin}${value.pathname}`);
    return this.fields(value);
  }

  private list(items: readonly unknown[]): Plain {
    this.above.push(items);
    const plain: Plain[] = [];
    for (let i = 0; i < items.length; i++) {
      if (this.values <= 0) {
        plain.push('more was left out');
        break;
      }
      plain.push(this.member(items, String(i)) ?? null);
    }
    this.above.pop();
    return plain;
  }

  private text(text: string): string {
    const most = Math.min(maxTextLength, this.chars);
    this.chars -= Math.min(text.length, most);
    return text.length <= most ? text : `${text.slice(0, most)}… and ${text.length - most} more`;
  }
}

/** As many as can be written, and one more. */
function first<T>(items: Iterable<T>): T[] {
  const found: T[] = [];
  for (const item of items) if (found.push(item) > maxValues) break;
  return found;
}

/** A name as it may be set in an object; an object without a prototype, where any may, is slow to read. */
function nameOf(name: string): string {
  if (name.length > maxNameLength) return name.slice(0, maxNameLength);
  return name === '__proto__' ? '_proto_' : name;
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}
