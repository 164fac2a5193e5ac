import { checkNumber, ServiceError } from '@fairlead/endpoint';
import { hostPort, readAddress } from './address.ts';

/**
 * One process that serves a service: where it listens, and what is known about it. Immutable. Two
 * registries that list the same process make equal instances of it.
 */
export interface Instance {
  /** Unique in the service. Where the registry gives none, the address. */
  readonly id: string;
  /** `host:port` in its normal form: names in lower case, IPv6 in brackets and compressed. */
  readonly address: string;
  /** Its share of the traffic against that of the others, from 0 to 65 535. Default 1. */
  readonly weight: number;
  /** Where it runs, for those who prefer near instances; undefined where nobody said. */
  readonly zone: string | undefined;
  /** What else the registry says about it. Without a prototype, so that any name is a plain one. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What an instance is made of: `'10.0.0.7:8080'`, or more than its address. See {@link instance}. */
export type InstanceInit =
  | string
  | {
      readonly address: string;
      readonly id?: string | undefined;
      readonly weight?: number | undefined;
      readonly zone?: string | undefined;
      readonly metadata?: Readonly<Record<string, string>> | undefined;
    };

/** What an instance may carry at most: a registry is input from outside. */
const limits = { id: 256, zone: 128, names: 64, name: 128, value: 4096 } as const;

/**
 * Makes an instance: checks everything, brings the address into its normal form and fills in the
 * defaults. Throws `invalid_argument` that says what is wrong.
 */
export function instance(init: InstanceInit): Instance {
  try {
    return read(typeof init === 'string' ? { address: init } : init);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError('invalid_argument', `${describe(init)}: ${why}`, { cause });
  }
}

function read(init: Exclude<InstanceInit, string>): Instance {
  const { host, port } = readAddress(init.address);
  const address = hostPort(host, port);
  return Object.freeze({
    id: init.id === undefined ? address : readText('id', init.id, limits.id),
    address,
    weight: checkNumber('weight', init.weight ?? 1, { max: 65_535 }),
    zone: init.zone === undefined ? undefined : readText('zone', init.zone, limits.zone),
    metadata: readMetadata(init.metadata ?? {}),
  });
}

function readText(what: string, text: string, max: number): string {
  if (typeof text === 'string' && text !== '' && text.length <= max && !hasControl(text))
    return text;
  throw new Error(`the ${what} must be a text of 1 to ${max} characters, none of them a control`);
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

const noMetadata: Instance['metadata'] = Object.freeze(Object.create(null));

function readMetadata(given: Readonly<Record<string, string>>): Instance['metadata'] {
  const names = Object.keys(given);
  if (names.length === 0) return noMetadata;
  if (names.length > limits.names) throw new Error(`there are more than ${limits.names} metadata`);
  const metadata: Record<string, string> = Object.create(null);
  for (const name of names) {
    const value = given[name];
    if (name.length > limits.name) throw new Error('a name in the metadata is too long');
    if (typeof value !== 'string' || value.length > limits.value) {
      throw new Error(
        `metadata ${JSON.stringify(name)} is no text of up to ${limits.value} characters`,
      );
    }
    metadata[name] = value;
  }
  return Object.freeze(metadata);
}

/** Enough of something wrong to find it, and no more. */
function describe(init: InstanceInit): string {
  const text = typeof init === 'string' ? init : `${init?.id ?? ''} ${init?.address ?? ''}`.trim();
  return JSON.stringify(text.slice(0, 80));
}

/** Whether two instances say the same. */
export function sameInstance(one: Instance, other: Instance): boolean {
  return one === other || (one.id === other.id && says(other, one));
}

/** Whether `known` was made of an init that says the same: then it need not be read again. */
export function isMadeOf(known: Instance, init: InstanceInit): boolean {
  if (typeof init === 'string') {
    return init === known.address && known.id === init && says(known, unadorned);
  }
  const id = init.id ?? init.address;
  return known.id === id && known.address === init.address && says(known, init);
}

const unadorned = {};

type Said = { readonly [K in Exclude<keyof Instance, 'id'>]?: Instance[K] | undefined };

function says(known: Instance, said: Said): boolean {
  return (
    known.address === (said.address ?? known.address) &&
    known.weight === (said.weight ?? 1) &&
    known.zone === said.zone &&
    sameMetadata(known.metadata, said.metadata ?? noMetadata)
  );
}

function sameMetadata(one: Instance['metadata'], other: Instance['metadata']): boolean {
  if (one === other) return true;
  const names = Object.keys(other);
  if (names.length !== Object.keys(one).length) return false;
  return names.every((name) => one[name] === other[name] && name in one);
}
