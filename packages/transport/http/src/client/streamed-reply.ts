import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { BodyLimits } from '../codecs/body.ts';
import { joined } from '../codecs/joined.ts';
import { defaultJsonDepth } from '../codecs/json.ts';
import { type HttpClientReply, readReply, replyTooLarge } from './reply.ts';

/** A reply that is read as it comes. */
export class StreamedReply implements HttpClientReply {
  readonly status: number;
  readonly headers: HttpClientReply['headers'];
  readonly body: Buffer = Buffer.alloc(0);
  readonly limits: BodyLimits;
  private readonly chunks: AsyncIterableIterator<Buffer>;

  constructor(
    status: number,
    headers: HttpClientReply['headers'],
    chunks: AsyncIterableIterator<Buffer>,
    maxBodyBytes: number,
  ) {
    this.status = status;
    this.headers = headers;
    this.chunks = chunks;
    this.limits = { maxBodyBytes, maxJsonDepth: defaultJsonDepth };
  }

  stream(): AsyncIterableIterator<Uint8Array> {
    return this.chunks;
  }

  async bytes(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const { maxBodyBytes } = this.limits;
    let size = 0;
    for await (const chunk of this.chunks) {
      size += chunk.length;
      if (size > maxBodyBytes) throw replyTooLarge(maxBodyBytes);
      chunks.push(chunk);
    }
    return joined(chunks);
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString();
  }

  json<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): Promise<StandardSchemaV1.InferOutput<Schema>>;
  json<T>(): Promise<T>;
  async json(schema?: StandardSchemaV1): Promise<unknown> {
    return readReply(await this.bytes(), schema);
  }
}
