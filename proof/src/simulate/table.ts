/** A table of results, and what it shows. */
export interface Table {
  /** Names the table in documents. */
  readonly name: string;
  readonly title: string;
  /** How the figures came about, in a sentence or two. */
  readonly setting: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table in Markdown, padded so that it reads as well in a terminal. */
export function renderTable({ title, setting, head, rows }: Table): string {
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [`**${title}**`, '', setting, '', line(head), rule, ...rows.map(line)].join('\n');
}

/** A figure with as many digits as mean something. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return Math.round(value).toString();
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${figure(share * 100)} %`;
}
