import { type MetricRegistry, metricsPage } from '@fairlead/metrics';

/** The lines of a registry's page that begin with `prefix`, comments left out. */
export async function shown(registry: MetricRegistry, prefix = ''): Promise<string[]> {
  const { body } = await page(registry);
  return body
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && line.startsWith(prefix));
}

/** The whole page, in the format that `accept` asks for. */
export async function page(
  registry: MetricRegistry,
  accept?: string,
): Promise<{ body: string; type: string }> {
  const headers: Record<string, string> = accept === undefined ? {} : { accept };
  const response = await metricsPage(registry).fetch(
    new Request('http://host/metrics', { headers }),
  );
  return { body: await response.text(), type: response.headers.get('content-type') ?? '' };
}

/** What a scraper sends that can read OpenMetrics. */
export const openMetrics =
  'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
