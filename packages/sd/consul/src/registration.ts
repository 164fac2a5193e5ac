import { type Context, checkNumber, ServiceError } from '@fairlead/endpoint';
import {
  pause,
  type Registration,
  type RegistryAnswer,
  type RegistryHttp,
  type RegistryRequest,
} from '@fairlead/sd';
import { openAgent, originOf, pathOf, refused } from './agent.ts';
import type { ConsulCheck } from './check.ts';
import { type ConsulRegistration, registrationDocument } from './registration-document.ts';

const defaultCheck: ConsulCheck = { kind: 'ttl', ttlMs: 15_000 };

/**
 * One instance at a Consul agent: registered, kept there by renewals of its TTL or by looking after
 * it, and deregistered. An agent that has lost it, by a restart, say, is a loss and mended as one.
 */
export function consulRegistration(options: ConsulRegistration): Registration {
  const { service, check = defaultCheck } = options;
  const timeoutMs = checkNumber('timeoutMs', options.timeoutMs ?? 5000, { min: 1 });
  const verifyMs = checkNumber('verifyMs', options.verifyMs ?? 10_000, { min: 100 });
  const document = registrationDocument(options, check);
  const id = encodeURIComponent(document.ID);
  const what = `${document.ID} in Consul at ${originOf(options)}`;
  const renewMs = check.kind === 'ttl' ? check.ttlMs / 3 : verifyMs;
  const at = (path: string): string => pathOf(options, path);

  async function withAgent(work: (http: RegistryHttp) => Promise<void>): Promise<void> {
    const http = openAgent(options);
    try {
      await work(http);
    } finally {
      http.close();
    }
  }

  async function send(
    http: RegistryHttp,
    request: RegistryRequest,
    ctx: Context,
  ): Promise<RegistryAnswer> {
    using limit = ctx.withTimeout(timeoutMs);
    return await http.send(request, limit);
  }

  const fail = (answer: RegistryAnswer): ServiceError =>
    isUnknown(answer)
      ? new ServiceError('unavailable', `${what}: the agent has lost it; was it restarted?`)
      : refused(what, answer, `service:write on ${service}`);

  async function register(http: RegistryHttp, ctx: Context): Promise<void> {
    const path = at('/v1/agent/service/register?replace-existing-checks=true');
    const answer = await send(http, { method: 'PUT', path, body: document }, ctx);
    if (answer.status !== 200) throw fail(answer);
  }

  /** Renews the TTL, or asks for the instance: either fails where the agent does not have it. */
  async function renew(http: RegistryHttp, ctx: Context): Promise<void> {
    const request: RegistryRequest =
      check.kind === 'ttl'
        ? {
            method: 'PUT',
            path: at(`/v1/agent/check/update/${encodeURIComponent(document.Check.CheckID)}`),
            body: { Status: 'passing' },
          }
        : { method: 'GET', path: at(`/v1/agent/service/${id}`) };
    const answer = await send(http, request, ctx);
    if (answer.status !== 200) throw fail(answer);
  }

  return {
    name: what,
    hold: (registered, ctx) =>
      withAgent(async (http) => {
        await register(http, ctx);
        registered();
        for (;;) {
          await pause(renewMs, ctx);
          if (ctx.error !== undefined) return;
          await renew(http, ctx);
        }
      }),
    release: (ctx) =>
      withAgent(async (http) => {
        const path = at(`/v1/agent/service/deregister/${id}`);
        const answer = await send(http, { method: 'PUT', path }, ctx);
        if (answer.status !== 200 && !isUnknown(answer)) throw fail(answer);
      }),
  };
}

/** Consul 1.8 answers 500 for what it does not know, newer ones 404. */
function isUnknown({ status, text }: RegistryAnswer): boolean {
  return (status === 404 || status === 500) && /unknown (service|check)/i.test(text);
}
