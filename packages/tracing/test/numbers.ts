/** The method definition of a gRPC service, by hand, with JSON in its messages. */
const serialize = (message: unknown): Buffer => Buffer.from(JSON.stringify(message));

function deserialize<T>(bytes: Buffer): T {
  return JSON.parse(bytes.toString());
}

export interface Pair {
  readonly a: number;
  readonly b: number;
}

export interface Sum {
  readonly v: number;
}

const json = {
  requestSerialize: serialize,
  requestDeserialize: deserialize<Pair>,
  responseSerialize: serialize,
  responseDeserialize: deserialize<Sum>,
};

export const Numbers = {
  sum: { path: '/pb.Numbers/Sum', requestStream: false, responseStream: false, ...json },
  count: { path: '/pb.Numbers/Count', requestStream: false, responseStream: true, ...json },
} as const;
