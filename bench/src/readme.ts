import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Machine } from './machine.ts';
import { describeMachine } from './machine.ts';
import { replaceBetween } from './markdown.ts';
import { shownCommand } from './options.ts';
import { type Plot, renderPlot } from './plot.ts';
import { renderSection } from './report.ts';
import type { Section } from './result.ts';

const path = new URL('../README.md', import.meta.url);

/** Puts the tables of one subject between its markers in the README, in place of the ones before. */
export async function writeReadme(
  subject: string,
  sections: readonly Section[],
  machine: Machine,
): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const how = `\`${shownCommand(process.argv.slice(2))}\` on ${date}: ${describeMachine(machine)}.`;
  const plots = sections.flatMap(({ node, plots = [] }) => plots.map((plot) => drawn(plot, node)));
  await mkdir(new URL('plots/', path), { recursive: true });
  for (const { file, svg } of plots) await writeFile(new URL(file, path), svg);
  const pictures = plots.map(({ file, title }) => `![${title}](${file})`);
  const tables = [how, ...sections.map(renderSection), ...pictures].join('\n\n');
  await writeFile(path, replaceBetween(await readFile(path, 'utf8'), `bench:${subject}`, tables));
}

/** A picture of its own for each line of Node that was measured. */
function drawn(plot: Plot, node: string) {
  const [major] = node.split('.');
  const title = `${plot.title}, Node ${major}`;
  const svg = renderPlot({ ...plot, title });
  return { title, svg, file: `plots/${plot.name}-node-${major}.svg` };
}
