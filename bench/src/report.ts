import { markdownTable } from './markdown.ts';
import { isLost, type Line, type Section, type Unit, verdictOf } from './result.ts';

/** A section as a Markdown table. */
export function renderSection({ title, node, lines }: Section): string {
  const table = markdownTable(['', 'median', 'min – max', 'goal', ''], lines.map(cellsOf));
  return `**${title}, Node ${node}**\n\n${table}`;
}

function cellsOf(line: Line): string[] {
  const { what, median, min, max, unit } = line;
  return [
    what,
    isLost(line) ? 'within the noise' : withUnit(median, unit),
    `${digits(min, unit)} – ${digits(max, unit)}`,
    goalText(line),
    verdictOf(line) ?? noiseText(line),
  ];
}

/** How far a median of the run may be off, beside the line that showed it. */
function noiseText({ isAgain, noise, unit }: Line): string {
  return isAgain === true && noise !== undefined ? `noise ${withUnit(noise, unit)}` : '';
}

function goalText({ goal, unit }: Line): string {
  if (goal?.atLeast !== undefined) return `≥ ${withUnit(goal.atLeast, unit)}`;
  if (goal?.atMost !== undefined) return `≤ ${withUnit(goal.atMost, unit)}`;
  return '';
}

function withUnit(value: number, unit: Unit): string {
  return unit === '×' ? `${digits(value, unit)}×` : `${digits(value, unit)} ${unit}`;
}

function digits(value: number, unit: Unit): string {
  if (unit === 'calls/s' || unit === 'messages/s') return String(Math.round(value));
  if (unit === '×') return value >= 10 ? value.toFixed(0) : value.toFixed(2);
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
