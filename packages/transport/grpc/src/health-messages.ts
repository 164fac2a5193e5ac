import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { readFields, textOf } from './protobuf.ts';

/** A status as the wire knows it. */
export type ServingStatus = keyof typeof numbers;

/** grpc.health.v1.HealthCheckResponse.ServingStatus, but for UNKNOWN, which nobody says. */
const numbers = { serving: 1, not_serving: 2, service_unknown: 3 } as const;

/** A HealthCheckRequest. Not the name alone: grpc-js takes an empty text for no request at all. */
export interface CheckRequest {
  readonly service: string;
}

/** Reads a HealthCheckRequest; throws where the bytes are not one. */
export function readCheckRequest(bytes: Uint8Array): CheckRequest {
  return { service: textOf(readFields(bytes), 1) };
}

/** Writes a HealthCheckResponse. */
export function writeCheckResponse(status: ServingStatus): Buffer {
  return asBuffer(writeStatus(new BinaryWriter(), status));
}

/** Writes a HealthListResponse. */
export function writeListResponse(statuses: ReadonlyMap<string, ServingStatus>): Buffer {
  const writer = new BinaryWriter();
  for (const [service, status] of statuses) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(service);
    writeStatus(writer.tag(2, WireType.LengthDelimited).fork(), status).join();
    writer.join();
  }
  return asBuffer(writer);
}

function writeStatus(writer: BinaryWriter, status: ServingStatus): BinaryWriter {
  return writer.tag(1, WireType.Varint).int32(numbers[status]);
}

function asBuffer(writer: BinaryWriter): Buffer {
  return Buffer.from(writer.finish());
}
