/** A fenced code block. `line` is that of its first line of code, from 1. */
export interface Block {
  readonly language: string;
  /** The words after the language: `no-run`. */
  readonly flags: readonly string[];
  readonly line: number;
  readonly code: string;
}

const opening = /^(?<indent> *)(?<fence>`{3,})(?<info>[^`]*)$/;

export function markdownBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const { indent = '', fence, info = '' } = opening.exec(lines[index] ?? '')?.groups ?? {};
    if (fence === undefined) continue;
    const first = index + 1;
    const length = lines.slice(first).findIndex((line) => line.trim() === fence);
    index = length < 0 ? lines.length : first + length;
    const [language = '', ...flags] = info.trim().split(/\s+/);
    const code = lines.slice(first, index).map((line) => line.replace(indent, ''));
    blocks.push({ language, flags, line: first + 1, code: code.join('\n') });
  }
  return blocks;
}
