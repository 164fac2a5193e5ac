import { readFile, writeFile } from 'node:fs/promises';
import { markdownTable, replaceBetween } from '@fairlead/bench/markdown';
import { figure } from '../simulate/table.ts';
import type { Report } from './report.ts';

const document = new URL('../../../docs/survival.md', import.meta.url);
const head = [
  'scenario',
  'registry',
  'transport',
  'sent',
  'failed',
  'told',
  'twice',
  'attempts each',
  'p99 before',
  'during',
  'after',
  'late',
  '',
];

/** Many runs as one table, in Markdown. */
export function renderResults(reports: readonly Report[]): string {
  return markdownTable(head, reports.map(cellsOf));
}

/** Puts the table into the documents. */
export async function writeResults(reports: readonly Report[]): Promise<void> {
  const [{ instances = 0, rate = 0, seconds = 0 } = {}] = reports;
  const date = new Date().toISOString().slice(0, 10);
  const how = `On ${date}: ${instances} instances, ${rate} calls a second for ${seconds} s each.`;
  const text = await readFile(document, 'utf8');
  const content = `${how}\n\n${renderResults(reports)}`;
  await writeFile(document, replaceBetween(text, 'chaos:results', content));
}

function cellsOf({
  scenario,
  registry,
  transport,
  sent,
  failed,
  duplicates,
  attemptsPerCall,
  latencyMs: { before, during, after },
  clientLateMs,
  ok,
}: Report): readonly string[] {
  return [
    scenario,
    registry,
    transport,
    ...[sent, failed.idempotent, failed.nonIdempotent, duplicates].map(String),
    figure(attemptsPerCall),
    ...[before.p99, during.p99, after.p99, clientLateMs].map((ms) =>
      ms === null ? '–' : figure(ms),
    ),
    ok ? '✓' : '✗',
  ];
}
