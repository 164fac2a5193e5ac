import { withoutSpaces } from './spaces.ts';

const maxMembers = 32;

/** The least that everybody must hand on, and the most that the SDK keeps. */
const maxLength = 512;

const key = '[a-z0-9][a-z0-9_*/@-]{0,255}';
const value = '[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{0,255}[\\x21-\\x2b\\x2d-\\x3c\\x3e-\\x7e]';
const member = new RegExp(`^${key}=${value}$`);

/**
 * A `tracestate` that keeps the rules of W3C Trace Context, level 2; undefined for one that breaks any of
 * them, has more than 32 members or more than 512 characters: it is dropped whole, and the trace goes on.
 */
export function checkTraceState(header: string): string | undefined {
  if (header.length > maxLength) return undefined;
  const members = header
    .split(',')
    .map(withoutSpaces)
    .filter((text) => text !== '');
  if (members.length === 0 || members.length > maxMembers) return undefined;
  return members.every((text) => member.test(text)) ? members.join(',') : undefined;
}
