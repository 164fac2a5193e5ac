import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { replaceBetween } from '@fairlead/bench/markdown';
import { renderPlot } from '@fairlead/bench/plot';
import type { Findings } from './experiment.ts';
import { renderTable, type Table } from './table.ts';

const docs = new URL('../../../docs/', import.meta.url);
const documents = ['balancing.md', 'retries.md'] as const;

/** Puts the tables between their markers in the documents, and the plots beside them. */
export async function writeFindings({ tables, plots }: Findings): Promise<void> {
  await mkdir(new URL('plots/', docs), { recursive: true });
  for (const plot of plots) {
    await writeFile(new URL(`plots/${plot.name}.svg`, docs), renderPlot(plot));
  }
  for (const table of tables) await writeDocument(table);
}

/** Puts a table into the document that has its markers. */
async function writeDocument(table: Table): Promise<void> {
  const marker = `simulate:${table.name}`;
  for (const document of documents) {
    const path = new URL(document, docs);
    const text = await readFile(path, 'utf8');
    if (!text.includes(`<!-- ${marker} -->`)) continue;
    await writeFile(path, replaceBetween(text, marker, renderTable(table)));
    return;
  }
  throw new Error(`no document has markers for ${marker}: ${documents.join(', ')}`);
}
