import type { Context } from '@fairlead/endpoint';
import { validate } from '@fairlead/http';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Makes a `T` of what came: a Standard Schema (zod, valibot, arktype, …), or any function. */
export type JsonrpcDecoder<Wire, T> =
  | StandardSchemaV1<unknown, T>
  | ((value: Wire, ctx: Context) => T | Promise<T>);

/**
 * The function of a decoder. A schema may be a function too, and is a schema then; its error names
 * the value as `subject`.
 */
export function decoderFunction<Wire, T>(
  decoder: JsonrpcDecoder<Wire, T>,
  subject: string,
): (value: Wire, ctx: Context) => T | Promise<T> {
  if ('~standard' in decoder) return (value) => validate(decoder, value, subject);
  return decoder;
}
