const maxLength = 128;

/**
 * A key as it is kept: a digest in place of one that is very long, since a key comes from outside, and
 * the empty one where there is none.
 */
export function keptKey(key: string | undefined): string {
  if (key === undefined || key.length <= maxLength) return key ?? '';
  // Loaded here: a process whose keys are short starts without it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(key).digest('base64url');
}
