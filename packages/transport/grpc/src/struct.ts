import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { messageOf, messagesOf, numberOf, readFields, textOf } from './protobuf.ts';

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object that JSON can carry. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** The fields of google.protobuf.Value, of which one is set. */
const nullField = 1;
const numberField = 2;
const textField = 3;
const flagField = 4;
const structField = 5;
const listField = 6;

/** Deeper than any error's facts, and shallower than what exhausts the stack of those who read them. */
const maxDepth = 64;

/** Writes a JSON object as a google.protobuf.Struct. */
export function writeStruct(writer: BinaryWriter, object: JsonObject): BinaryWriter {
  for (const [name, value] of Object.entries(object)) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writeValue(writer.tag(2, WireType.LengthDelimited).fork(), value).join();
    writer.join();
  }
  return writer;
}

function writeValue(writer: BinaryWriter, value: Json): BinaryWriter {
  if (value === null) return writer.tag(nullField, WireType.Varint).int32(0);
  if (typeof value === 'number') return writer.tag(numberField, WireType.Bit64).double(value);
  if (typeof value === 'boolean') return writer.tag(flagField, WireType.Varint).bool(value);
  if (typeof value === 'string') {
    return writer.tag(textField, WireType.LengthDelimited).string(value);
  }
  if (!isList(value)) {
    return writeStruct(writer.tag(structField, WireType.LengthDelimited).fork(), value).join();
  }
  writer.tag(listField, WireType.LengthDelimited).fork();
  for (const item of value) {
    writeValue(writer.tag(1, WireType.LengthDelimited).fork(), item).join();
  }
  return writer.join();
}

// Array.isArray alone does not narrow a readonly array.
function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

/** Reads a google.protobuf.Struct; throws where the bytes are not one, or nest absurdly deep. */
export function readStruct(bytes: Uint8Array, depth = 0): JsonObject {
  if (depth > maxDepth) throw new RangeError('the struct is nested too deeply');
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(
    messagesOf(readFields(bytes), 1).map((bytesOfEntry) => {
      const entry = readFields(bytesOfEntry);
      return [textOf(entry, 1), readValue(messageOf(entry, 2), depth + 1)];
    }),
  );
}

function readValue(bytes: Uint8Array | undefined, depth: number): Json {
  if (bytes === undefined) return null;
  const value = readFields(bytes);
  const flag = numberOf(value, flagField);
  if (flag !== undefined) return flag !== 0;
  if (value.has(textField)) return textOf(value, textField);
  const struct = messageOf(value, structField);
  if (struct !== undefined) return readStruct(struct, depth);
  const list = messageOf(value, listField);
  if (list === undefined) return numberOf(value, numberField) ?? null;
  if (depth > maxDepth) throw new RangeError('the list is nested too deeply');
  return messagesOf(readFields(list), 1).map((item) => readValue(item, depth + 1));
}
