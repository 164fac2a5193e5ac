import { createRegistrar, fullJitter, type Registrar, type RegistrarOptions } from '@fairlead/sd';
import { consulRegistration } from './registration.ts';
import type { ConsulRegistration } from './registration-document.ts';

/** What is registered in Consul, and how its registrar behaves. */
export interface ConsulRegistrarOptions extends ConsulRegistration, RegistrarOptions {}

/** The agent is next to us and serves few: it can be asked more often than a registry that all share. */
const nearby = fullJitter({ baseMs: 500, maxMs: 5000 });

/**
 * Keeps one instance in Consul, by way of an agent. No I/O before `register`. Its backoff goes up to
 * 5 s by default, so that an instance is back soon after its agent is.
 *
 * ```ts
 * await using registrar = createConsulRegistrar({
 *   service: 'addsvc',
 *   instance: '10.0.0.7:8080',
 *   check: { kind: 'grpc', intervalMs: 5000 },
 * });
 * await registrar.register(ctx);
 * ```
 */
export function createConsulRegistrar(options: ConsulRegistrarOptions): Registrar {
  return createRegistrar(consulRegistration(options), { backoff: nearby, ...options });
}
