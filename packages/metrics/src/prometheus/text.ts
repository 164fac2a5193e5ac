import type { MetricFamily, MetricValue, ShownExemplar } from './registry.ts';

/** A text format of Prometheus. */
export type TextFormat = 'prometheus' | 'openmetrics';

/** The media type of each format. */
export const textTypes: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The metrics as text: in Prometheus' own format, or as OpenMetrics, which has exemplars. */
export function metricsText(families: readonly MetricFamily[], format: TextFormat): string {
  const lines: string[] = [];
  for (const family of families) {
    if (format === 'openmetrics') openMetrics(family, lines);
    else prometheus(family, lines);
  }
  if (format === 'openmetrics') lines.push('# EOF');
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function prometheus({ name, help, type, values }: MetricFamily, lines: string[]): void {
  lines.push(`# HELP ${name} ${escapeText(help)}`, `# TYPE ${name} ${String(type)}`);
  for (const value of values) lines.push(line(value.metricName ?? name, value));
}

function openMetrics({ name, help, type, values }: MetricFamily, lines: string[]): void {
  const isCounter = type === 'counter';
  const base = isCounter ? name.replace(/_total$/, '') : name;
  lines.push(`# TYPE ${base} ${String(type)}`, `# HELP ${base} ${escapeValue(help)}`);
  for (const value of values) {
    const own = isCounter ? `${base}_total` : (value.metricName ?? base);
    lines.push(`${line(own, value)}${exemplarText(value.exemplar)}`);
  }
}

function line(name: string, { labels, value }: MetricValue): string {
  const text = labelsText(labels);
  return `${name}${text === '' ? '' : `{${text}}`} ${numberText(value)}`;
}

function exemplarText(exemplar: ShownExemplar | null | undefined): string {
  if (exemplar === undefined || exemplar === null) return '';
  const { labelSet, value, timestamp } = exemplar;
  const when = timestamp === undefined ? '' : ` ${numberText(timestamp)}`;
  return ` # {${labelsText(labelSet)}} ${numberText(value)}${when}`;
}

function labelsText(labels: MetricValue['labels']): string {
  const parts: string[] = [];
  for (const name in labels) {
    const value = labels[name];
    if (value !== undefined) parts.push(`${name}="${escapeValue(String(value))}"`);
  }
  return parts.join(',');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeValue(text: string): string {
  return escapeText(text).replaceAll('"', '\\"');
}
