import type { Operation } from '@fairlead/endpoint';
import { type HttpClientReply, headerReader, requestHeaderWriter } from '@fairlead/http';
import type { ClientCall, MetadataReader, MetadataWriter } from '@fairlead/transport';
import type { JsonrpcParams } from './request.ts';

/** One JSON-RPC call on the client, as its hooks see it. */
export interface JsonrpcClientCall extends ClientCall {
  /** The request's id; undefined for a notification. */
  readonly id: number | undefined;
  readonly params: JsonrpcParams;
  /** The headers that go out, by lower-case name. Calls whose headers differ share no batch. */
  readonly headers: Record<string, string>;
  /** The HTTP status of the reply; 0 before there is one. */
  readonly httpStatus: number;
}

/** A class, since one is made for each call: its members cost nothing until they are read. */
export class OutgoingCall implements JsonrpcClientCall {
  readonly operation: Operation;
  readonly id: number | undefined;
  readonly params: JsonrpcParams;
  readonly headers: Record<string, string>;
  /** The message as it is sent. */
  readonly text: string;
  reply: HttpClientReply | undefined = undefined;
  /** The code of the answer; 0 for a result, undefined before there is one. */
  status: number | undefined = undefined;

  constructor(
    operation: Operation,
    id: number | undefined,
    params: JsonrpcParams,
    headers: Readonly<Record<string, string>> | undefined,
  ) {
    this.operation = operation;
    this.id = id;
    this.params = params;
    this.headers = { ...headers };
    this.text = JSON.stringify({ jsonrpc: '2.0', method: operation.method, params, id });
  }

  get httpStatus(): number {
    return this.reply?.status ?? 0;
  }

  get requestMetadata(): MetadataWriter {
    return requestHeaderWriter(this.headers);
  }

  get responseMetadata(): MetadataReader {
    return headerReader(this.reply?.headers ?? {});
  }
}
