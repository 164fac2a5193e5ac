import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, readStruct, writeStruct } from './struct.ts';

const roundTrip = (object: JsonObject) =>
  readStruct(writeStruct(new BinaryWriter(), object).finish());

function nested(depth: number): Json {
  return depth === 0 ? 'bottom' : { deeper: nested(depth - 1) };
}

describe('a struct', () => {
  it('comes back as it was', () => {
    const object = {
      text: 'ü',
      empty: '',
      zero: 0,
      negative: -1.5,
      yes: true,
      no: false,
      nothing: null,
      list: [1, 'two', [], [null], {}],
      object: { '': { a: 1 } },
    };
    expect(roundTrip(object)).toEqual(object);
    expect(roundTrip({})).toEqual({});
  });

  it('may have a member that is named __proto__', () => {
    const object: JsonObject = JSON.parse('{"__proto__": {"admin": true}}');
    const read = roundTrip(object);
    expect(Object.keys(read)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  it('is refused where it is nested too deeply', () => {
    expect(roundTrip({ value: nested(60) })).toEqual({ value: nested(60) });
    expect(() => roundTrip({ value: nested(70) })).toThrow('nested too deeply');
    let list: Json = [];
    for (let depth = 0; depth < 70; depth++) list = [list];
    expect(() => roundTrip({ list })).toThrow('nested too deeply');
  });

  it('reads an empty value, which other writers may send, as null', () => {
    const writer = new BinaryWriter();
    writer.tag(1, 2).fork().tag(1, 2).string('a').tag(2, 2).fork().join().join();
    writer.tag(1, 2).fork().tag(1, 2).string('b').join();
    expect(readStruct(writer.finish())).toEqual({ a: null, b: null });
  });
});
