import { readFile, writeFile } from 'node:fs/promises';
import type { Machine } from './machine.ts';
import { describeMachine } from './machine.ts';
import { replaceBetween } from './markdown.ts';
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
  await writeFile(path, replaceBetween(await readFile(path, 'utf8'), `bench:${subject}`, tables));
}
