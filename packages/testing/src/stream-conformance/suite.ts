import type { ConformanceCase } from '../transport-conformance/binding.ts';
import { bidi } from './bidi.ts';
import type { MakePair, StreamBinding, StreamRequirement } from './binding.ts';
import { requestEndings } from './request-endings.ts';
import { requests } from './requests.ts';
import { responseEndings } from './response-endings.ts';
import { responseHooks } from './response-hooks.ts';
import { responses } from './responses.ts';

/**
 * What every transport must do for streams: `client(server(e))` behaves like `e` for the order and the
 * values of messages, errors at any point, cancellation and deadlines on both sides, a reader or an
 * endpoint that turns away early, a slow reader, and hooks. It goes beside {@link transportConformance}.
 *
 * ```ts no-run
 * for (const { name, run } of streamConformance(binding)) it(name, run);
 * ```
 *
 * A requirement is left out by its name, with the reason, and all of a kind by the name of the kind:
 * `{ bidi_stream: 'HTTP/1.1 answers after the request' }`. A kind that the binding has not and does
 * not skip is an error, and so is a name that is neither.
 */
export function streamConformance(
  binding: StreamBinding,
  skips: Readonly<Record<string, string>> = {},
): readonly ConformanceCase[] {
  const { serverStream, clientStream, bidiStream } = binding;
  const responding = [...responses, ...responseEndings, ...responseHooks];
  const requesting = [...requests, ...requestEndings];
  const groups = [
    casesOf('server_stream', responding, serverStream),
    casesOf('client_stream', requesting, clientStream),
    casesOf('bidi_stream', bidi, bidiStream),
  ];
  const isSkipped = (name: string): boolean => Object.hasOwn(skips, name);
  const missing = groups.find(({ kind, isMissing }) => isMissing && !isSkipped(kind));
  if (missing !== undefined) {
    throw new TypeError(`the binding makes no ${missing.kind}: make it, or skip it by that name`);
  }
  const known = groups.flatMap(({ kind, cases }) => [kind, ...cases.map(({ name }) => name)]);
  const unknown = Object.keys(skips).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`no requirement is named ${JSON.stringify(unknown)}: take this skip out`);
  }
  return groups
    .filter(({ kind }) => !isSkipped(kind))
    .flatMap(({ cases }) => cases.filter(({ name }) => !isSkipped(name)));
}

interface Group {
  readonly kind: string;
  readonly isMissing: boolean;
  readonly cases: readonly ConformanceCase[];
}

function casesOf<Req, Res>(
  kind: string,
  requirements: readonly StreamRequirement<Req, Res>[],
  makePair: MakePair<Req, Res> | undefined,
): Group {
  const cases = requirements.map(([requirement, check]) => ({
    name: `${kind}: ${requirement}`,
    run: async () => {
      if (makePair !== undefined) await check(makePair);
    },
  }));
  return { kind, isMissing: makePair === undefined, cases };
}
