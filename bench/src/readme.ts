import { readFile, writeFile } from 'node:fs/promises';
import type { Machine } from './machine.ts';
import { describeMachine } from './machine.ts';
import { renderSection } from './report.ts';
import type { Section } from './result.ts';

const path = new URL('../README.md', import.meta.url);

/** Puts the tables of one subject between its markers in the README, in place of the ones before. */
export async function writeReadme(
  subject: string,
  sections: readonly Section[],
  machine: Machine,
): Promise<void> {
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`.replace(/ -- $/, '');
  const date = new Date().toISOString().slice(0, 10);
  const how = `\`${command}\` on ${date}: ${describeMachine(machine)}.`;
  const tables = [how, ...sections.map(renderSection)].join('\n\n');
  await writeFile(path, replaceBetween(await readFile(path, 'utf8'), subject, tables));
}

/** The text with something else between the markers of a name, which must be there. */
export function replaceBetween(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`no markers ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}
