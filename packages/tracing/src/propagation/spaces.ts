/** A text without the spaces and tabs around it, which the lists of W3C's headers allow around members. */
export function withoutSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  // Not a regular expression, which takes its time over many spaces inside; nor trim(), which takes more away.
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
