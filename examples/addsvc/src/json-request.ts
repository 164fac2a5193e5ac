import { z } from 'zod';

/** Go matches the names of fields in any letter case, and takes a missing one for zero. */
const anyCase = z
  .record(z.string(), z.unknown())
  .transform((fields) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value])),
  );

/** The requests of addsvc as Go kit's programs write them in JSON. */
export const sumRequest = anyCase.pipe(z.object({ a: z.int().default(0), b: z.int().default(0) }));
export const concatRequest = anyCase.pipe(
  z.object({ a: z.string().default(''), b: z.string().default('') }),
);
