import { describe, expect, it } from 'vitest';
import { background } from './call-context.ts';
import { contextKey } from './context.ts';
import { type Operation, operation } from './operation.ts';

const sum: Operation = {
  side: 'client',
  transport: 'grpc',
  service: 'pb.Add',
  method: 'Sum',
  kind: 'unary',
  idempotent: true,
};

describe('operation', () => {
  it('is what a context says is being called', () => {
    expect(background.with(operation, sum).get(operation)).toBe(sum);
  });

  it('is unknown where no transport has said', () => {
    expect(background.get(operation)).toBeUndefined();
  });

  it('is set anew by whoever tries again', () => {
    const first = background.with(operation, sum);
    const second = first.with(operation, { ...sum, attempt: 2 });

    expect(first.get(operation)?.attempt).toBeUndefined();
    expect(second.get(operation)?.attempt).toBe(2);
  });

  it('is not mistaken for another key of the same name', () => {
    const namesake = contextKey<string>('operation');

    expect(background.with(operation, sum).get(namesake)).toBeUndefined();
  });
});
