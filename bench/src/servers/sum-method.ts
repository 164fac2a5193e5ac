import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { MethodDefinition } from '@grpc/grpc-js';
import type { SumRequest, SumResponse } from './sum.ts';

/** The one method that every gRPC server and client here has, written as ts-proto would write it. */
export const sumMethod: MethodDefinition<SumRequest, SumResponse> & {
  readonly requestStream: false;
  readonly responseStream: false;
} = {
  path: '/pb.Add/Sum',
  requestStream: false,
  responseStream: false,
  requestSerialize: ({ a, b }) =>
    Buffer.from(new BinaryWriter().uint32(8).int64(a).uint32(16).int64(b).finish()),
  requestDeserialize(bytes) {
    const [, a = 0, b = 0] = readVarints(bytes);
    return { a, b };
  },
  responseSerialize: ({ v }) => Buffer.from(new BinaryWriter().uint32(8).int64(v).finish()),
  responseDeserialize(bytes) {
    const [, v = 0] = readVarints(bytes);
    return { v };
  },
};

/** The values of a message that has only whole numbers, at the number of each field. */
function readVarints(bytes: Uint8Array): number[] {
  const reader = new BinaryReader(bytes);
  const values: number[] = [];
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    values[field] = Number(reader.int64());
  }
  return values;
}
