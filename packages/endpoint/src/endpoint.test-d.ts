import { expectTypeOf } from 'vitest';
import type { Context } from './context.ts';
import { type Endpoint, type Filter, type Middleware, nop } from './endpoint.ts';
import { type Handler, lift } from './lift.ts';

interface Animal {
  readonly name: string;
}
interface Dog extends Animal {
  readonly breed: string;
}

// A plain async function is an endpoint, whatever part of the arguments it names.
expectTypeOf(async (n: number) => String(n)).toExtend<Endpoint<number, string>>();
expectTypeOf(async () => 1).toExtend<Endpoint<unknown, number>>();
expectTypeOf(async (n: number, ctx: Context) => n + ctx.remainingMs()).toExtend<
  Endpoint<number, number>
>();
const sum: Endpoint<{ a: number; b: number }, { v: number }> = async ({ a, b }) => ({ v: a + b });
expectTypeOf(sum).parameter(1).toEqualTypeOf<Context>();
expectTypeOf(nop).toExtend<Endpoint<string, unknown>>();

// @ts-expect-error A function that answers at once is a handler, and must be lifted.
const _synchronous: Endpoint<number, number> = (n: number) => n;
expectTypeOf((n: number) => n).toExtend<Handler<number, number>>();
expectTypeOf(lift((n: number) => String(n))).toEqualTypeOf<Endpoint<number, string>>();
expectTypeOf(lift(async (n: number) => String(n))).toEqualTypeOf<Endpoint<number, string>>();

// A stream is an ordinary response, and an ordinary request.
expectTypeOf(async function total(numbers: AsyncIterable<number>) {
  let v = 0;
  for await (const n of numbers) v += n;
  return v;
}).toExtend<Endpoint<AsyncIterable<number>, number>>();

// An endpoint may ask for less than it is given, and answer more than is wanted.
expectTypeOf<Endpoint<Animal, Dog>>().toExtend<Endpoint<Dog, Animal>>();
expectTypeOf<Endpoint<Dog, Animal>>().not.toExtend<Endpoint<Animal, Animal>>();
expectTypeOf<Endpoint<Animal, Animal>>().not.toExtend<Endpoint<Animal, Dog>>();

// A middleware is a filter that changes nothing; a filter is no middleware.
expectTypeOf<Middleware>().toExtend<Filter<string, number, string, number>>();
declare const parse: Filter<string, number, number, number>;
// @ts-expect-error A filter serves one shape, a middleware must serve them all.
const _middleware: Middleware = parse;
// @ts-expect-error A middleware for one request type alone is no middleware.
const _narrow: Middleware = (next: Endpoint<string, unknown>) => next;
// @ts-expect-error A middleware must hand back the shape that it was given.
const _wrong: Middleware = (_next) => async () => 1;
