import { checkNumber } from '@fairlead/endpoint';

/** How Consul learns whether an instance is well. */
export type ConsulCheck =
  /** We tell it, three times in each `ttlMs`: the instance counts as dead when that stops. */
  | { readonly kind: 'ttl' /** At least 1 000. */; readonly ttlMs: number }
  /** The agent asks a URL: 2xx is passing, 429 a warning, the rest critical. */
  | ({
      readonly kind: 'http';
      readonly url: string;
      /** Default GET. */
      readonly method?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    } & Probe)
  /** The agent asks the gRPC health service. */
  | ({
      readonly kind: 'grpc';
      /** Default: the instance's. */
      readonly address?: string | undefined;
      /** Which service's health. Default: the server's. */
      readonly service?: string | undefined;
      /** Default false. */
      readonly tls?: boolean | undefined;
    } & Probe)
  /** The agent connects. */
  | ({
      readonly kind: 'tcp';
      /** Default: the instance's. */
      readonly address?: string | undefined;
    } & Probe);

/** How the agent asks. */
interface Probe {
  /** From one question to the next, in milliseconds. Default 10 000. */
  readonly intervalMs?: number | undefined;
  /** How long an answer may take, in milliseconds. Default 5 000. */
  readonly timeoutMs?: number | undefined;
  /** Whether it counts as passing before the first answer. Default false. */
  readonly initiallyPassing?: boolean | undefined;
}

/** The check as the agent's API wants it; throws where a number makes no sense. */
export function checkDocument(check: ConsulCheck, address: string): Record<string, unknown> {
  if (check.kind === 'ttl') {
    const ttlMs = checkNumber('check.ttlMs', check.ttlMs, { min: 1000, integer: true });
    return { TTL: `${ttlMs}ms`, Status: 'passing' };
  }
  const interval = checkNumber('check.intervalMs', check.intervalMs ?? 10_000, { min: 1000 });
  const timeout = checkNumber('check.timeoutMs', check.timeoutMs ?? 5000, { min: 1 });
  return {
    ...asked(check, address),
    Interval: `${interval}ms`,
    Timeout: `${timeout}ms`,
    ...(check.initiallyPassing && { Status: 'passing' }),
  };
}

function asked(
  check: Exclude<ConsulCheck, { kind: 'ttl' }>,
  address: string,
): Record<string, unknown> {
  switch (check.kind) {
    case 'http': {
      const { url, method = 'GET', headers = {} } = check;
      const fields = Object.entries(headers).map(([name, value]) => [name, [value]]);
      return { HTTP: url, Method: method, Header: Object.fromEntries(fields) };
    }
    case 'grpc': {
      const service = check.service === undefined ? '' : `/${check.service}`;
      return { GRPC: (check.address ?? address) + service, GRPCUseTLS: check.tls ?? false };
    }
    case 'tcp':
      return { TCP: check.address ?? address };
  }
}
