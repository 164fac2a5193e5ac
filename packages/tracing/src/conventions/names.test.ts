import * as stable from '@opentelemetry/semantic-conventions';
import { describe, expect, it } from 'vitest';
import { metricNames, names } from './names.ts';

/** The constants that the package of the conventions exports as stable. */
const known: ReadonlySet<unknown> = new Set(Object.values(stable));

describe('the names of attributes and metrics', () => {
  it.each([...Object.values(names), ...Object.values(metricNames)])(
    '%s is stable in the conventions, or says that it is ours',
    (name) => {
      expect(known.has(name) || name.startsWith('fairlead.')).toBe(true);
    },
  );
});
