import { fileURLToPath } from 'node:url';
import {
  Client,
  type ClientReadableStream,
  credentials,
  type ServiceError as GrpcError,
  type MethodDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { onTestFinished } from 'vitest';

interface Health {
  readonly status: string;
}

type Method = MethodDefinition<object, Health & { readonly statuses: Record<string, Health> }>;

// Sound: the file has it.
const { Check, List, Watch } = loadSync(fileURLToPath(new URL('./health.proto', import.meta.url)), {
  enums: String,
  defaults: true,
})['grpc.health.v1.Health'] as unknown as Record<'Check' | 'List' | 'Watch', Method>;

/** What a watch is told, one after the other. */
export interface WatchedHealth {
  /** The next message, or the error that the watch ended with. */
  next(): Promise<string | GrpcError>;
  cancel(): void;
}

/** Asks for the health of services, with grpc-js and the standard definition alone. */
export interface HealthClient {
  /** The status, or the error. */
  check(service: string): Promise<string | GrpcError>;
  list(): Promise<Record<string, Health>>;
  watch(service: string): WatchedHealth;
}

export function healthClient(target: string): HealthClient {
  const client = new Client(target, credentials.createInsecure());
  onTestFinished(() => client.close());

  function call({ path, requestSerialize, responseDeserialize }: Method, request: object) {
    return new Promise<ReturnType<Method['responseDeserialize']>>((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        (error, reply) => (reply === undefined ? reject(error) : resolve(reply)),
      );
    });
  }

  return {
    check: (service) =>
      call(Check, { service }).then(
        ({ status }) => status,
        (error: GrpcError) => error,
      ),
    list: async () => (await call(List, {})).statuses,
    watch(service) {
      const { path, requestSerialize, responseDeserialize } = Watch;
      const request = { service };
      return watched(
        client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request),
      );
    },
  };
}

function watched(call: ClientReadableStream<Health>): WatchedHealth {
  // Not what an iterator gives: it ends before it has handed over what came before an error.
  const told: (string | GrpcError)[] = [];
  let wake = (): void => {};
  function tell(news: string | GrpcError): void {
    told.push(news);
    wake();
  }
  call.on('data', ({ status }: Health) => tell(status));
  call.on('error', (error) => tell(error as GrpcError));
  return {
    async next() {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (told.length === 0) await woken;
      return told.shift() ?? 'nothing';
    },
    cancel: () => call.cancel(),
  };
}
