import { markdownTable } from '@fairlead/bench/markdown';

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

/** A table in Markdown, with its title and setting. */
export function renderTable({ title, setting, head, rows }: Table): string {
  return [`**${title}**`, '', setting, '', markdownTable(head, rows)].join('\n');
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
