import { isMet, type Line, type Section, type Unit } from './result.ts';

/** A section as a Markdown table, padded so that it reads as well in a terminal. */
export function renderSection({ title, node, lines }: Section): string {
  const rows = [['', 'median', 'min – max', 'goal', ''], ...lines.map(cellsOf)];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [head = [], ...body] = rows.map((row) =>
    row.map((cell, column) => pad(cell, widths[column] ?? 0, column)),
  );
  const table = [head, rule, ...body].map((row) => `| ${row.join(' | ')} |`);
  return [`**${title}, Node ${node}**`, '', ...table].join('\n');
}

function cellsOf(line: Line): string[] {
  const { what, median, min, max, unit } = line;
  const met = isMet(line);
  return [
    what,
    withUnit(median, unit),
    `${digits(min, unit)} – ${digits(max, unit)}`,
    goalText(line),
    met === undefined ? '' : met ? 'met' : 'missed',
  ];
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
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
  if (unit === 'calls/s') return String(Math.round(value));
  if (unit === '×') return value >= 10 ? value.toFixed(0) : value.toFixed(2);
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
