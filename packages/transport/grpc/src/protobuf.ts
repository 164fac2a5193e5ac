import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A protobuf message read without its schema: the values of each field, in order. */
export type Fields = ReadonlyMap<number, readonly FieldValue[]>;

/** A number (a varint or a double), or the bytes of a text or of another message. */
export type FieldValue = number | Uint8Array;

/** Reads a message; throws where the bytes are not one. Fields of 32 bits and groups are passed by. */
export function readFields(bytes: Uint8Array): Fields {
  const fields = new Map<number, FieldValue[]>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const value = readValue(reader, type, field);
    if (value === undefined) continue;
    const values = fields.get(field);
    if (values === undefined) fields.set(field, [value]);
    else values.push(value);
  }
  return fields;
}

function readValue(reader: BinaryReader, type: WireType, field: number): FieldValue | undefined {
  if (type === WireType.LengthDelimited) return reader.bytes();
  if (type === WireType.Bit64) return reader.double();
  if (type === WireType.Varint) return Number(reader.int64());
  reader.skip(type, field);
  return undefined;
}

/** The messages under a field that may be repeated. */
export function messagesOf(fields: Fields, field: number): readonly Uint8Array[] {
  return (fields.get(field) ?? []).filter((value) => typeof value !== 'number');
}

/** The message under a field; undefined where it is not set. */
export function messageOf(fields: Fields, field: number): Uint8Array | undefined {
  return messagesOf(fields, field).at(-1);
}

/** The number under a field; undefined where it is not set. */
export function numberOf(fields: Fields, field: number): number | undefined {
  const value = fields.get(field)?.at(-1);
  return typeof value === 'number' ? value : undefined;
}

const decoder = new TextDecoder();

/** The text under a field, empty where it is not set. */
export function textOf(fields: Fields, field: number): string {
  return decoder.decode(messageOf(fields, field));
}
