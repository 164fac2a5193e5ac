import type { Operation } from '@fairlead/endpoint';
import type { NodeServerCall } from '@fairlead/http';
import type { MetadataReader, MetadataWriter, ServerCall } from '@fairlead/transport';
import type { Answer } from './answer.ts';
import type { JsonrpcParams } from './request.ts';

/** One JSON-RPC call on the server, as its hooks see it. */
export interface JsonrpcServerCall extends ServerCall {
  /** The JSON text of the request's id, exactly as it was sent: `7`, `"a"`, `null`; undefined for a notification. */
  readonly id: string | undefined;
  /** The parameters as they came. */
  readonly params: JsonrpcParams;
  /**
   * The HTTP request that brought the call. The calls of a batch share it: its headers are the
   * request metadata of each, and what they set as response metadata goes out with the one reply.
   */
  readonly http: NodeServerCall;
}

/** A call together with the place where its answer is waited for. */
export interface AnswerableCall extends JsonrpcServerCall {
  answer(answer: Answer): void;
}

/** A class, since one is made for each call: its members cost nothing until they are read. */
export class IncomingCall implements AnswerableCall {
  readonly operation: Operation;
  readonly id: string | undefined;
  readonly params: JsonrpcParams;
  readonly http: NodeServerCall;
  readonly answer: (answer: Answer) => void;

  constructor(
    operation: Operation,
    id: string | undefined,
    params: JsonrpcParams,
    http: NodeServerCall,
    answer: (answer: Answer) => void,
  ) {
    this.operation = operation;
    this.id = id;
    this.params = params;
    this.http = http;
    this.answer = answer;
  }

  get requestMetadata(): MetadataReader {
    return this.http.requestMetadata;
  }

  get responseMetadata(): MetadataWriter {
    return this.http.responseMetadata;
  }
}
