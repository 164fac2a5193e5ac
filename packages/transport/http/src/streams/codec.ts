import type { OperationKind } from '@fairlead/endpoint';

/** Marks an `encode` or a `decode` as that of a stream, so that the kind of the operation is known. */
export interface StreamCodec {
  readonly streams: true;
  /** What a client that decodes with it asks for. */
  readonly accept?: string | undefined;
}

/** Marks a codec. */
export function streamCodec<Codec extends object>(
  codec: Codec,
  accept?: string,
): Codec & StreamCodec {
  return Object.assign(codec, { streams: true as const, accept });
}

/** The mark of a codec; undefined where it is one of whole messages. */
export function streamCodecOf(codec: object | undefined): StreamCodec | undefined {
  // Sound: what says that it streams was marked.
  return codec !== undefined && 'streams' in codec ? (codec as StreamCodec) : undefined;
}

/** The kind of an operation whose requests, and whose responses, are streams or are not. */
export function kindOf(
  request: StreamCodec | undefined,
  response: StreamCodec | undefined,
): OperationKind {
  if (request === undefined) return response === undefined ? 'unary' : 'server_stream';
  return response === undefined ? 'client_stream' : 'bidi_stream';
}
