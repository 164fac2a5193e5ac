import { namesOf } from './by-name.ts';
import { loadOf, loadVariants } from './http-load.ts';
import { compare } from './pairs.ts';
import type { Subject } from './subject.ts';

/** `ours` is the handler of the subject `http-server`; `node:http` the hand-written listener there. */
const titles = {
  bare: 'ours',
  'bare again': 'ours again',
  middleware: 'ours, redMetrics',
  hooks: 'ours, redHooks',
  exemplars: 'ours, redMetrics, an exemplar for each call',
  'prom-client': 'ours, prom-client by hand',
  plain: 'node:http',
  express: 'Express',
  'express-prom-bundle': 'Express, express-prom-bundle',
} as const;

const names = namesOf(titles);

/** What measuring each call costs an HTTP handler, beside what a user would take instead. */
export const metricsSubject: Subject = async (run) => {
  const lines = compare(
    titles,
    await loadVariants('servers/metrics', names, run),
    [
      { of: 'middleware', to: 'bare', goal: { atLeast: 0.95 } },
      { of: 'hooks', to: 'bare' },
      { of: 'exemplars', to: 'bare' },
      { of: 'prom-client', to: 'bare' },
      { of: 'bare again', to: 'bare', isAgain: true },
      { of: 'middleware', to: 'plain', goal: { atLeast: 0.9 } },
      { of: 'express-prom-bundle', to: 'express' },
    ],
    run,
  );
  return [{ title: `An HTTP server with metrics, load by ${loadOf(run)}`, lines }];
};
