import type { TextFormat } from './text.ts';

/** More than any scraper sends; the rest is not looked at. */
const maxAcceptLength = 2000;

const openMetricsType = 'application/openmetrics-text';

/**
 * The format that an `Accept` header asks for: OpenMetrics where it is named and nothing else is liked
 * better, Prometheus' own otherwise, for a browser and `curl` too.
 */
export function formatOf(accept: string | null | undefined): TextFormat {
  let open = 0;
  let plain = 0;
  for (const range of (accept ?? '').slice(0, maxAcceptLength).split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = qualityOf(parameters);
    if (type === openMetricsType && isOurs(parameters)) open = Math.max(open, quality);
    else if (type === 'text/plain') plain = Math.max(plain, quality);
  }
  return open > 0 && open >= plain ? 'openmetrics' : 'prometheus';
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  if (given === undefined) return 1;
  const quality = Number(given.slice(2));
  return quality >= 0 && quality <= 1 ? quality : 0;
}

/** Whether the version asked for is the one that we write. */
function isOurs(parameters: readonly string[]): boolean {
  const version = parameters.find((parameter) => parameter.startsWith('version='));
  return version === undefined || version === 'version=1.0.0';
}
