import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { MethodDefinition } from '@grpc/grpc-js';
import { type Item, requestOf, type SumRequest, type SumResponse } from './sum.ts';

/** The one method that every gRPC server and client here has, written as ts-proto would write it. */
export const sumMethod: MethodDefinition<SumRequest, SumResponse> & {
  readonly requestStream: false;
  readonly responseStream: false;
} = {
  path: '/pb.Add/Sum',
  requestStream: false,
  responseStream: false,
  requestSerialize: ({ a, b, items }) =>
    packed(new BinaryWriter().uint32(8).int64(a).uint32(16).int64(b), items),
  requestDeserialize(bytes) {
    const { numbers, items } = unpacked(bytes);
    const [, a = 0, b = 0] = numbers;
    return { a, b, items };
  },
  responseSerialize: ({ v, items }) => packed(new BinaryWriter().uint32(8).int64(v), items),
  responseDeserialize(bytes) {
    const { numbers, items } = unpacked(bytes);
    const [, v = 0] = numbers;
    return { v, items };
  },
};

/** Answers with the sum again and again. */
export const repeatMethod: MethodDefinition<SumRequest, SumResponse> & {
  readonly requestStream: false;
  readonly responseStream: true;
} = { ...sumMethod, path: '/pb.Add/Repeat', responseStream: true };

/** The request of a client that is told how long its messages shall be, in bytes. */
export function sumRequestOf(bytes = '0'): SumRequest {
  return requestOf(Number(bytes), (request) => sumMethod.requestSerialize(request).length);
}

/** The number of the field that holds the items, in requests and in responses. */
const itemsField = 3;

/** What was written, and the items behind it. */
function packed(writer: BinaryWriter, items: readonly Item[] = []): Buffer {
  for (const { id, name } of items) {
    writer.tag(itemsField, 2).fork().uint32(8).int64(id).uint32(18).string(name).join();
  }
  return Buffer.from(writer.finish());
}

/** The whole numbers of a message, each at the number of its field, and its items where it has any. */
function unpacked(bytes: Uint8Array) {
  const reader = new BinaryReader(bytes);
  const numbers: number[] = [];
  let items: Item[] | undefined;
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    if (field !== itemsField) {
      numbers[field] = Number(reader.int64());
    } else {
      items ??= [];
      items.push(itemOf(reader, reader.uint32()));
    }
  }
  return { numbers, items };
}

function itemOf(reader: BinaryReader, length: number): Item {
  const end = reader.pos + length;
  let id = 0;
  let name = '';
  while (reader.pos < end) {
    const [field] = reader.tag();
    if (field === 1) id = Number(reader.int64());
    else name = reader.string();
  }
  return { id, name };
}
