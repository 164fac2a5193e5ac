/** What the methods of the stream tests take and give. */
export interface Numbered {
  readonly n: number;
}

function serialise({ n }: Numbered): Buffer {
  return Buffer.from(String(n));
}

function deserialise(bytes: Buffer): Numbered {
  const n = Number(bytes.toString());
  if (Number.isNaN(n)) throw new TypeError('not a number');
  return { n };
}

const codec = {
  requestSerialize: serialise,
  requestDeserialize: deserialise,
  responseSerialize: serialise,
  responseDeserialize: deserialise,
} as const;

/** A method of each kind, of numbers as text. */
export const down = {
  ...codec,
  path: '/fairlead.Streams/Down',
  requestStream: false,
  responseStream: true,
} as const;
export const up = {
  ...codec,
  path: '/fairlead.Streams/Up',
  requestStream: true,
  responseStream: false,
} as const;
export const both = {
  ...codec,
  path: '/fairlead.Streams/Both',
  requestStream: true,
  responseStream: true,
} as const;
