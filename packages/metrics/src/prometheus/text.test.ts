import { describe, expect, it } from 'vitest';
import { formatOf } from './accept.ts';
import type { MetricFamily } from './registry.ts';
import { metricsText } from './text.ts';

const hostile = 'a"b\\c\nd';

const families: readonly MetricFamily[] = [
  {
    name: 'done_total',
    help: `What "is" done.\nIn \\ two lines.`,
    type: 'counter',
    values: [
      {
        value: 2,
        labels: { of: hostile },
        exemplar: { labelSet: { trace_id: 'abc' }, value: 1, timestamp: 12.5 },
      },
    ],
  },
  {
    name: 'ages',
    help: 'Ages.',
    type: 'summary',
    values: [
      { value: Number.NaN, labels: { quantile: 0.5 } },
      { value: Infinity, labels: {}, metricName: 'ages_sum' },
      { value: -Infinity, labels: {}, metricName: 'ages_count' },
    ],
  },
];

describe('metricsText', () => {
  it('writes the format of Prometheus, without exemplars', () => {
    expect(metricsText(families, 'prometheus')).toBe(
      [
        '# HELP done_total What "is" done.\\nIn \\\\ two lines.',
        '# TYPE done_total counter',
        'done_total{of="a\\"b\\\\c\\nd"} 2',
        '# HELP ages Ages.',
        '# TYPE ages summary',
        'ages{quantile="0.5"} NaN',
        'ages_sum +Inf',
        'ages_count -Inf',
        '',
      ].join('\n'),
    );
  });

  it('writes OpenMetrics: a counter by its base name, exemplars, an end', () => {
    expect(metricsText(families, 'openmetrics')).toBe(
      [
        '# TYPE done counter',
        '# HELP done What \\"is\\" done.\\nIn \\\\ two lines.',
        'done_total{of="a\\"b\\\\c\\nd"} 2 # {trace_id="abc"} 1 12.5',
        '# TYPE ages summary',
        '# HELP ages Ages.',
        'ages{quantile="0.5"} NaN',
        'ages_sum +Inf',
        'ages_count -Inf',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('writes nothing where there is nothing, but for the end of OpenMetrics', () => {
    expect(metricsText([], 'prometheus')).toBe('');
    expect(metricsText([], 'openmetrics')).toBe('# EOF\n');
  });
});

describe('formatOf', () => {
  it.each([
    [
      'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version=1.0.0; q=0.6 , text/plain;q=0.6', 'openmetrics'],
    ['application/openmetrics-text;q=0.4, text/plain;q=0.5', 'prometheus'],
    ['application/openmetrics-text;q=0', 'prometheus'],
    ['application/openmetrics-text;q=nonsense', 'prometheus'],
    ['application/openmetrics-text;version=0.0.1', 'prometheus'],
    ['text/html,*/*', 'prometheus'],
    ['', 'prometheus'],
    [undefined, 'prometheus'],
    [null, 'prometheus'],
    [`${','.repeat(1_000_000)}application/openmetrics-text`, 'prometheus'],
  ])('answers %.60s with %s', (accept, format) => {
    expect(formatOf(accept)).toBe(format);
  });
});
