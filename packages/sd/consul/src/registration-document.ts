import { checkNumber } from '@fairlead/endpoint';
import { instance, splitAddress } from '@fairlead/sd';
import { type ConsulCheck, checkDocument } from './check.ts';
import type { ConsulRegistration } from './registration.ts';

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
