import type { Endpoint } from '@fairlead/endpoint';
import type {
  ClientCall,
  ClientHooks,
  ClientOptions,
  ServerCall,
  ServerHooks,
} from '@fairlead/transport';

/** What the suite sends: any JSON object. */
export type Message = Readonly<Record<string, unknown>>;

/** What the suite hooks into a pair of server and client. */
export interface PairOptions<Res = Message> {
  readonly server?: ServerHooks<ServerCall, Res>;
  readonly client?: ClientHooks<ClientCall> & ClientOptions;
}

/** A server that serves one endpoint, and a client that is joined to it. */
export interface Pair<Req = Message, Res = Message> {
  readonly call: Endpoint<Req, Res>;
  /** Ends both and leaves nothing behind. */
  close(): Promise<void>;
}

/** A transport, as the suite drives it. */
export interface TransportBinding {
  /** Serves an endpoint by the name `Echo` and joins a client to it. */
  pair(endpoint: Endpoint<Message, Message>, options: PairOptions): Promise<Pair>;
}

/** One requirement: `run` rejects where the binding does not meet it. */
export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

/** A requirement, before it is given the binding that it examines. */
export type Requirement = readonly [
  name: string,
  check: (binding: TransportBinding) => Promise<void>,
];

/** Runs a check against a pair that is closed on every path. */
export async function withPair<T>(
  binding: TransportBinding,
  endpoint: Endpoint<Message, Message>,
  check: (call: Endpoint<Message, Message>) => Promise<T>,
  options: PairOptions = {},
): Promise<T> {
  const pair = await binding.pair(endpoint, options);
  try {
    return await check(pair.call);
  } finally {
    await pair.close();
  }
}
