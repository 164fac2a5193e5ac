import { createContext } from '@fairlead/endpoint';
import {
  type Discovery,
  fullJitter,
  type Instance,
  type Instancer,
  type InstancerOptions,
  instance,
} from '@fairlead/sd';
import type { RequirementOf } from '../conformance-case.ts';
import { whenKnown } from '../when-known.ts';

/** What a registry keeps of an instance besides its address. */
export interface KeptParts {
  readonly id: boolean;
  readonly weight: boolean;
  readonly zone: boolean;
  readonly metadata: boolean;
}

/** A registry, as the suite drives it. */
export interface InstancerBinding {
  /** What it keeps of an instance; what it does not keep is not compared. Without ids, an address is the id. */
  readonly keeps: KeptParts;
  /** How long a change may take to be seen, in milliseconds. Default 5 000; a case fails after that. */
  readonly patienceMs?: number | undefined;
  /** The address of the n-th instance (from 1) where only some will do. Default `10.0.0.n:8000+n`. */
  readonly address?: ((n: number) => string) | undefined;
  /** A registry, or a service in one, of which nothing is left from other cases; nothing is in it. */
  open(): Promise<InstancerScene>;
}

/** A service in a registry, and those who put instances in it. */
export interface InstancerScene {
  /** A new instancer of the service. The suite closes it. */
  instancer(options: InstancerOptions): Instancer;
  /** Puts an instance in the registry, or changes the one with its id. Works while the path is {@link cut}. */
  put(instance: Instance): Promise<void>;
  /** Takes one out of the registry, by the registry's own means. */
  remove(instance: Instance): Promise<void>;
  /** Puts an entry in that is no valid instance: port 0, or what the registry allows. */
  putInvalid?(): Promise<void>;
  /** Makes the registry fail for the instancers. */
  cut?(): Promise<void>;
  /** Ends what {@link cut} began. */
  heal?(): Promise<void>;
  /** Takes everything down. */
  close(): Promise<void>;
}

/** A requirement of an instancer. */
export type Requirement = RequirementOf<InstancerBinding>;

/** A scene with what the cases do to it. */
export interface Stage extends Required<InstancerScene> {
  /** The n-th instance, from 1. */
  member(
    n: number,
    init?: { readonly weight?: number; readonly metadata?: Readonly<Record<string, string>> },
  ): Instance;
  /** Waits until what the instancer knows is as it should be. */
  until(
    instancer: Instancer,
    what: string,
    is: (discovery: Discovery) => boolean,
  ): Promise<Discovery>;
  /** Waits until the instancer knows exactly these and doubts none. */
  knows(instancer: Instancer, members: readonly Instance[]): Promise<Discovery>;
}

/** Runs a case on a scene of its own; closes it, and every instancer, on every path. */
export async function onStage(
  binding: InstancerBinding,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const { keeps, patienceMs = 5000, address = (n) => `10.0.0.${n}:${8000 + n}` } = binding;
  const scene = await binding.open();
  const instancers: Instancer[] = [];
  const until: Stage['until'] = (instancer, what, is) => seen(instancer, { what, is, patienceMs });
  try {
    await play({
      putInvalid: able(scene.putInvalid, 'put an entry that is not valid', scene),
      cut: able(scene.cut, 'make its registry fail', scene),
      heal: able(scene.heal, 'heal its registry', scene),
      put: (made) => scene.put(made),
      remove: (made) => scene.remove(made),
      close: () => scene.close(),
      instancer(options) {
        const backoff = fullJitter({ baseMs: 50, maxMs: 200 });
        const instancer = scene.instancer({ backoff, confirmMs: 60_000, ...options });
        instancers.push(instancer);
        return instancer;
      },
      member: (n, { weight = 1, metadata = {} } = {}) =>
        instance({
          address: address(n),
          ...(keeps.id && { id: `member-${n}` }),
          ...(keeps.weight && { weight }),
          ...(keeps.zone && { zone: `zone-${n % 3}` }),
          ...(keeps.metadata && { metadata }),
        }),
      until,
      knows(instancer, members) {
        const wanted = look(members, keeps);
        return until(
          instancer,
          wanted,
          ({ instances, doubtful, error }) =>
            error === undefined &&
            doubtful.length === 0 &&
            look(instances ?? [], keeps) === wanted &&
            instances !== undefined,
        );
      },
    });
  } finally {
    await Promise.all(instancers.map((instancer) => instancer.close()));
    await scene.close();
  }
}

/** What can be compared of a set, as a text for messages. */
export function look(instances: readonly Instance[], keeps: KeptParts): string {
  const seen = instances
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ id, address, weight, zone, metadata }) => ({
      id,
      address,
      ...(keeps.weight && { weight }),
      ...(keeps.zone && { zone }),
      ...(keeps.metadata && { metadata: Object.entries(metadata).toSorted() }),
    }));
  return JSON.stringify(seen);
}

function able(
  run: (() => Promise<void>) | undefined,
  what: string,
  scene: object,
): () => Promise<void> {
  return () => {
    if (run !== undefined) return run.call(scene);
    throw new Error(`this scene cannot ${what}: skip the requirement, with that reason`);
  };
}

interface Sight {
  readonly what: string;
  readonly patienceMs: number;
  is(discovery: Discovery): boolean;
}

async function seen(instancer: Instancer, { what, is, patienceMs }: Sight): Promise<Discovery> {
  using patience = createContext({ timeoutMs: patienceMs });
  try {
    return await whenKnown(instancer, is, patience);
  } catch (cause) {
    const { instances, doubtful, error } = instancer.current;
    const now = JSON.stringify({ instances, doubtful, error: error?.message });
    throw new Error(`not seen within ${patienceMs} ms: ${what}; what is known: ${now}`, { cause });
  }
}
