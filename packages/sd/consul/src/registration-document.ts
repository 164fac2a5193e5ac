import { checkNumber } from '@fairlead/endpoint';
import { type InstanceInit, instance, splitAddress } from '@fairlead/sd';
import type { ConsulAgent } from './agent.ts';
import { type ConsulCheck, checkDocument } from './check.ts';

/** What is registered at a Consul agent. */
export interface ConsulRegistration extends ConsulAgent {
  /** The name of the service. */
  readonly service: string;
  /**
   * Who serves it. An `id` must be unique among all services of the agent; default: the service and
   * the address. `weight` is a whole number from 1; `zone` becomes the metadata `zone`.
   */
  readonly instance: InstanceInit;
  readonly tags?: readonly string[] | undefined;
  /** The weight while a check warns. Default: as ever. */
  readonly warningWeight?: number | undefined;
  /** How Consul learns that the instance is well. Default: a TTL of 15 s that we renew. */
  readonly check?: ConsulCheck | undefined;
  /**
   * How long the check may fail before Consul drops the instance, in milliseconds; at least 60 000,
   * and Consul looks each 30 s. Default 60 000 for a TTL, which fails for good only when we are gone;
   * never for the others.
   */
  readonly deregisterCriticalAfterMs?: number | undefined;
  /** How often we look whether the agent still has an instance without a TTL, in milliseconds. Default 10 000. */
  readonly verifyMs?: number | undefined;
}

/** Consul takes no less; and no more is needed where the TTL is ours. */
const minCriticalMs = 60_000;

/** What the agent's API wants, as far as we look at it again. */
interface RegistrationDocument {
  readonly ID: string;
  readonly Check: { readonly CheckID: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** The registration as the agent's API wants it; throws where the options are wrong. */
export function registrationDocument(
  options: ConsulRegistration,
  check: ConsulCheck,
): RegistrationDocument {
  const { service, tags = [], instance: init } = options;
  if (service === '') throw new RangeError('service must name a service of Consul');
  const { address, weight, zone, metadata } = instance(init);
  const { host, port } = splitAddress(address);
  const given = typeof init === 'string' ? undefined : init.id;
  const id = given ?? `${service}-${address}`;
  const passing = checkNumber('weight', weight, { min: 1, max: 65_535, integer: true });
  const criticalMs =
    options.deregisterCriticalAfterMs ?? (check.kind === 'ttl' ? minCriticalMs : undefined);
  if (criticalMs !== undefined) {
    checkNumber('deregisterCriticalAfterMs', criticalMs, { min: minCriticalMs, integer: true });
  }
  return {
    ID: id,
    Name: service,
    Tags: tags,
    Address: host,
    Port: port,
    Meta: { ...metadata, ...(zone !== undefined && { zone }) },
    Weights: {
      Passing: passing,
      Warning: checkNumber('warningWeight', options.warningWeight ?? passing, { integer: true }),
    },
    Check: {
      CheckID: `service:${id}`,
      Name: `${service} at ${address}`,
      ...checkDocument(check, address),
      ...(criticalMs !== undefined && { DeregisterCriticalServiceAfter: `${criticalMs}ms` }),
    },
  };
}
