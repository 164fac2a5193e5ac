import { deepEqual, equal } from 'node:assert/strict';
import { background, ServiceError } from '@fairlead/endpoint';
import type { PairOptions } from './binding.ts';
import { type Requirement, withPair } from './binding.ts';
import { failureOfCall } from './expect.ts';

/** Hooks on both sides that write down when they run. */
function traced(steps: string[]): PairOptions {
  const step = (name: string) => () => void steps.push(name);
  return {
    client: {
      before: [step('client before 1'), step('client before 2')],
      after: [step('client after')],
      finalize: [
        (_ctx, _call, { error }) => void steps.push(`client finalize ${error?.code ?? 'ok'}`),
      ],
    },
    server: {
      before: [step('server before 1'), step('server before 2')],
      after: [step('server after')],
      onError: step('server onError'),
      finalize: [
        (_ctx, _call, { error }) => void steps.push(`server finalize ${error?.code ?? 'ok'}`),
      ],
    },
  };
}

/** Hooks run in the order that the lifecycle promises. The client may end before or after the server does. */
export const hooks: readonly Requirement[] = [
  [
    'runs the hooks of both sides in order',
    async (binding) => {
      const steps: string[] = [];
      await withPair(
        binding,
        async () => {
          steps.push('endpoint');
          return {};
        },
        (call) => call({}, background),
        traced(steps),
      );
      deepEqual(ofSide(steps, 'client'), [
        'client before 1',
        'client before 2',
        'client after',
        'client finalize ok',
      ]);
      deepEqual(
        steps.filter((step) => !step.startsWith('client')),
        ['server before 1', 'server before 2', 'endpoint', 'server after', 'server finalize ok'],
      );
    },
  ],
  [
    'skips what follows an error, and finalizes both sides with it',
    async (binding) => {
      const steps: string[] = [];
      await withPair(
        binding,
        async () => {
          throw new ServiceError('not_found', 'gone');
        },
        (call) => failureOfCall(call({}, background), 'not_found'),
        traced(steps),
      );
      equal(ofSide(steps, 'client').at(-1), 'client finalize not_found');
      deepEqual(ofSide(steps, 'server'), [
        'server before 1',
        'server before 2',
        'server onError',
        'server finalize not_found',
      ]);
    },
  ],
  [
    'refuses a call in a before hook of the server, and calls nothing',
    async (binding) => {
      let calls = 0;
      await withPair(
        binding,
        async () => {
          calls++;
          return {};
        },
        (call) => failureOfCall(call({}, background), 'unauthenticated'),
        {
          server: {
            before: [
              async () => {
                throw new ServiceError('unauthenticated', 'who are you?');
              },
            ],
          },
        },
      );
      equal(calls, 0);
    },
  ],
  [
    'sends nothing when a before hook of the client throws',
    async (binding) => {
      let calls = 0;
      await withPair(
        binding,
        async () => {
          calls++;
          return {};
        },
        (call) => failureOfCall(call({}, background), 'failed_precondition'),
        {
          client: {
            before: [
              () => {
                throw new ServiceError('failed_precondition', 'no token');
              },
            ],
          },
        },
      );
      equal(calls, 0);
    },
  ],
];

function ofSide(steps: readonly string[], side: string): readonly string[] {
  return steps.filter((step) => step.startsWith(side));
}
