import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Findings } from './experiment.ts';
import { renderPlot } from './plot.ts';
import { renderTable } from './table.ts';

const docs = new URL('../../../docs/', import.meta.url);
const documents = ['balancing.md', 'retries.md'] as const;

/** Puts the tables between their markers in the documents, and the plots beside them. */
export async function writeFindings({ tables, plots }: Findings): Promise<void> {
  await mkdir(new URL('plots/', docs), { recursive: true });
  for (const plot of plots) {
    await writeFile(new URL(`plots/${plot.name}.svg`, docs), renderPlot(plot));
  }
  for (const document of documents) {
    const path = new URL(document, docs);
    let text = await readFile(path, 'utf8');
    for (const table of tables) text = replaceBetween(text, table.name, renderTable(table));
    await writeFile(path, text);
  }
}

/** The text with something else between the markers of a name, where it has them. */
function replaceBetween(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- simulate:${name} -->`, `<!-- /simulate:${name} -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  return from < 0 || to < from
    ? text
    : `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}
