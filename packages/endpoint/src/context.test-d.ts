import { expectTypeOf } from 'vitest';
import { background, createContext } from './call-context.ts';
import type { CancelableContext, Context, ContextKey, ScopedContext } from './context.ts';
import { contextKey } from './context.ts';

interface Animal {
  readonly name: string;
}
interface Dog extends Animal {
  readonly breed: string;
}

const user = contextKey<string>('user');
const animal = contextKey<Animal>('animal');
const dog = contextKey<Dog>('dog');

expectTypeOf(user).toEqualTypeOf<ContextKey<string>>();
expectTypeOf(background.get(user)).toEqualTypeOf<string | undefined>();
expectTypeOf(background.with(user, 'ada')).toEqualTypeOf<Context>();
declare const rex: Dog;
expectTypeOf(background.with(animal, rex)).toEqualTypeOf<Context>();

// @ts-expect-error The value is not of the key's type.
background.with(user, 7);
// @ts-expect-error The value lacks what the key's type promises.
background.with(dog, { name: 'Rex' });
// @ts-expect-error What is read is of the key's type, and may be missing.
const _text: string = background.get(user);
// @ts-expect-error A text is no key: make one with `contextKey`.
background.get('user');

// A key is of its own type exactly: what is written under one must be what is read.
expectTypeOf<ContextKey<Dog>>().not.toExtend<ContextKey<Animal>>();
expectTypeOf<ContextKey<Animal>>().not.toExtend<ContextKey<Dog>>();

// What somebody made must be disposed of; what somebody was handed must not.
expectTypeOf(background.withTimeout(5)).toEqualTypeOf<ScopedContext>();
expectTypeOf(background.withDeadline(5)).toEqualTypeOf<ScopedContext>();
expectTypeOf(background.withCancel()).toEqualTypeOf<CancelableContext>();
expectTypeOf(createContext()).toEqualTypeOf<CancelableContext>();
expectTypeOf<CancelableContext>().toExtend<ScopedContext>();
expectTypeOf<ScopedContext>().toExtend<Context>();

export function disposals(ctx: Context): void {
  using _timed = ctx.withTimeout(5);
  using _canceled = ctx.withCancel();
  // @ts-expect-error A context that somebody else made is not ours to dispose of.
  using _handed = ctx;
  // @ts-expect-error One with a value more is still the same call.
  using _valued = ctx.with(user, 'ada');
  // @ts-expect-error Only who made the context can cancel it.
  ctx.cancel();
}

export function changes(ctx: Context): void {
  // @ts-expect-error A context is immutable.
  ctx.deadline = 5;
  // @ts-expect-error A context is immutable.
  ctx.error = undefined;
}
