import { namesOf } from './by-name.ts';
import { loadOf, loadVariants } from './http-load.ts';
import { compare } from './pairs.ts';
import type { Subject } from './subject.ts';

/** Everybody writes to `/dev/null`, each line by itself. */
const titles = {
  bare: 'ours',
  'bare again': 'ours again',
  json: 'ours, accessLog as JSON',
  logfmt: 'ours, accessLog as logfmt',
  hooks: 'ours, accessLogHooks as JSON',
  pino: 'ours, accessLog through pino',
  off: 'ours, accessLog, no line',
  plain: 'node:http',
  'pino-http': 'node:http, pino-http',
} as const;

const names = namesOf(titles);

/** What a line for each call costs an HTTP handler, beside what a user would take instead. */
export const logSubject: Subject = async (run) => {
  const lines = compare(
    titles,
    await loadVariants('servers/log', names, run),
    [
      { of: 'json', to: 'bare', goal: { atLeast: 0.8 } },
      { of: 'logfmt', to: 'bare' },
      { of: 'hooks', to: 'bare' },
      { of: 'pino', to: 'bare' },
      { of: 'off', to: 'bare' },
      { of: 'bare again', to: 'bare', isAgain: true },
      { of: 'json', to: 'plain', goal: { atLeast: 0.8 } },
      { of: 'pino-http', to: 'plain' },
      { of: 'json', to: 'pino-http' },
    ],
    run,
  );
  return [{ title: `An HTTP server with a line for each call, load by ${loadOf(run)}`, lines }];
};
