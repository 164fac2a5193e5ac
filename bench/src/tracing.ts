import { namesOf } from './by-name.ts';
import { loadOf, loadVariants } from './http-load.ts';
import { compare } from './pairs.ts';
import type { Subject } from './subject.ts';

/** `ours` is the handler of the subject `http-server`; `node:http` the hand-written listener there. */
const titles = {
  bare: 'ours',
  'bare again': 'ours again',
  'no SDK': 'ours, traced, no SDK',
  'sampled out': 'ours, traced, sampled out',
  'sampled in': 'ours, traced, sampled in',
  'no context manager': 'ours, traced, sampled in, no context manager',
  plain: 'node:http',
  'auto, sampled out': 'node:http, instrumentation-http, sampled out',
  'auto, sampled in': 'node:http, instrumentation-http, sampled in',
} as const;

const names = namesOf(titles);

/** What a traced HTTP handler costs, without an SDK and with one, beside OpenTelemetry's own instrumentation. */
export const tracingSubject: Subject = async (run) => {
  const lines = compare(
    titles,
    await loadVariants('servers/tracing', names, run),
    [
      { of: 'no SDK', to: 'bare', goal: { atLeast: 0.97 } },
      { of: 'sampled out', to: 'bare' },
      { of: 'sampled in', to: 'bare' },
      { of: 'no context manager', to: 'bare' },
      { of: 'bare again', to: 'bare', isAgain: true },
      { of: 'no SDK', to: 'plain', goal: { atLeast: 0.9 } },
      { of: 'auto, sampled out', to: 'plain' },
      { of: 'auto, sampled in', to: 'plain' },
      { of: 'sampled out', to: 'auto, sampled out' },
      { of: 'sampled in', to: 'auto, sampled in' },
    ],
    run,
  );
  return [{ title: `A traced HTTP server, load by ${loadOf(run)}`, lines }];
};
