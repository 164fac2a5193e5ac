import { deepEqual } from 'node:assert/strict';
import { background } from '@fairlead/endpoint';
import { type Message, type Requirement, withPair } from './binding.ts';

const samples: Readonly<Record<string, Message>> = {
  'an empty object': {},
  'nested values': { a: { b: [1, [2, { c: null }]], d: '' }, e: false },
  numbers: { values: [0, -1, 1.5, 1e-7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER] },
  'text of every kind': { text: 'plain "quoted" \\ / \n\t\u0000 é 漢 🚢 \u2028' },
  'keys that objects inherit': { toString: 1, hasOwnProperty: 2, length: 3 },
  'a quarter of a megabyte': { text: 'x'.repeat(250_000) },
};

/** A value arrives as it left, both ways, alone and among many. */
export const values: readonly Requirement[] = [
  ...Object.entries(samples).map(
    ([name, message]): Requirement => [
      `carries ${name}`,
      (binding) =>
        withPair(
          binding,
          async (request) => ({ received: request }),
          async (call) => deepEqual(await call(message, background), { received: message }),
        ),
    ],
  ),
  [
    'gives each of many calls at once its own answer',
    (binding) =>
      withPair(
        binding,
        async ({ id }) => ({ id }),
        async (call) => {
          const ids = Array.from({ length: 200 }, (_, id) => id);
          const answers = await Promise.all(ids.map((id) => call({ id }, background)));
          deepEqual(
            answers.map((answer) => answer['id']),
            ids,
          );
        },
      ),
  ],
];
