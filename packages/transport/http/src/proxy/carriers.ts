import { Agent, request } from 'node:http';
import type { HttpClientTls } from '../client.ts';

/** What sends a request over kept connections. */
export interface Carrier {
  readonly request: typeof request;
  readonly agent: Agent;
}

/** The connections of a proxy, to all of its targets. */
export interface Carriers {
  /** For `http:` or `https:`; what TLS needs is loaded for the first target that has it. */
  of(protocol: string): Carrier | Promise<Carrier>;
  destroy(): void;
}

/** How connections are kept. */
export interface CarrierOptions {
  readonly connections: number;
  readonly keepAliveMs: number;
  readonly tls: HttpClientTls | undefined;
}

/** Makes the connections of a proxy; none is opened before a request asks for it. */
export function carriers({ connections, keepAliveMs, tls }: CarrierOptions): Carriers {
  const kept = { keepAlive: true, maxSockets: connections, timeout: keepAliveMs };
  const plain: Carrier = { request, agent: new Agent(kept) };
  let secure: Promise<Carrier> | undefined;

  async function load(): Promise<Carrier> {
    const https = await import('node:https');
    return { request: https.request, agent: new https.Agent({ ...kept, ...tls }) };
  }

  return {
    of(protocol) {
      if (protocol === 'http:') return plain;
      secure ??= load();
      return secure;
    },
    destroy() {
      plain.agent.destroy();
      void secure?.then(({ agent }) => agent.destroy());
    },
  };
}
