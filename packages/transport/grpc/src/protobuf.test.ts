import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { messageOf, messagesOf, numberOf, readFields, textOf } from './protobuf.ts';

describe('readFields', () => {
  it('reads numbers, texts and messages, repeated or not', () => {
    const writer = new BinaryWriter();
    writer.tag(1, 0).int32(-7).tag(2, 1).double(1.5).tag(3, 2).string('ü').tag(3, 2).string('b');
    const fields = readFields(writer.finish());
    expect(numberOf(fields, 1)).toBe(-7);
    expect(numberOf(fields, 2)).toBe(1.5);
    expect(messagesOf(fields, 3)).toHaveLength(2);
    expect(textOf(fields, 3)).toBe('b');
    expect(numberOf(fields, 3)).toBeUndefined();
    expect(messageOf(fields, 1)).toBeUndefined();
    expect(textOf(fields, 9)).toBe('');
  });

  it('passes by fields of 32 bits and groups', () => {
    const writer = new BinaryWriter();
    writer.tag(1, 5).fixed32(1).tag(2, 3).tag(1, 0).int32(1).tag(2, 4).tag(3, 0).int32(3);
    expect([...readFields(writer.finish())]).toEqual([[3, [3]]]);
  });

  it.each([[[0x0a, 0x05, 0x01]], [[0x00]], [[0xff]], [[0x0a]]])('throws for %j', (bytes) => {
    expect(() => readFields(new Uint8Array(bytes))).toThrow();
  });
});
