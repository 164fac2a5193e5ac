import { systemClock } from '@fairlead/endpoint';
import {
  fullJitter,
  type Instance,
  type InstanceInit,
  instance,
  type Registrar,
  type RegistrarOptions,
} from '@fairlead/sd';
import type { RequirementOf } from '../conformance-case.ts';
import { type KeptParts, look } from '../instancer-conformance/binding.ts';

/** A registry, as the suite drives it. */
export interface RegistrarBinding {
  /** What it keeps of an instance; what it does not keep is not compared. */
  readonly keeps: KeptParts;
  /** How long anything may take, in milliseconds, with what a lost lease needs. Default 10 000. */
  readonly patienceMs?: number | undefined;
  /** The address of the n-th instance (from 1) where only some will do. Default `10.0.0.n:8000+n`. */
  readonly address?: ((n: number) => string) | undefined;
  /** A registry, or a service in one, with nothing in it. */
  open(): Promise<RegistrarScene>;
}

/** A service in a registry, and those who look what is in it. */
export interface RegistrarScene {
  /** A new registrar of an instance of the service. The suite closes it. */
  registrar(instance: Instance, options: RegistrarOptions): Registrar;
  /** What the registry lists now, by its own means; works while the path is {@link cut}. */
  listed(): Promise<readonly InstanceInit[]>;
  /** Takes the registration away behind the registrar's back: its lease, its entry, its agent's memory. */
  lose?(instance: Instance): Promise<void>;
  /** Makes the registry fail for the registrars. */
  cut?(): Promise<void>;
  /** Ends what {@link cut} began. */
  heal?(): Promise<void>;
  /** Takes everything down. */
  close(): Promise<void>;
}

/** A requirement of a registrar. */
export type Requirement = RequirementOf<RegistrarBinding>;

/** A scene with what the cases do to it. */
export interface Stage {
  member(n: number): Instance;
  registrar(instance: Instance, options?: RegistrarOptions): Registrar;
  /** Waits until the registry lists exactly these. */
  lists(members: readonly Instance[]): Promise<void>;
  /** Waits until something holds. */
  until(what: string, is: () => boolean | Promise<boolean>): Promise<void>;
  lose(instance: Instance): Promise<void>;
  cut(): Promise<void>;
  heal(): Promise<void>;
}

/** Runs a case on a scene of its own; closes it, and every registrar, on every path. */
export async function onStage(
  binding: RegistrarBinding,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const { keeps, patienceMs = 10_000, address = (n) => `10.0.0.${n}:${8000 + n}` } = binding;
  const scene = await binding.open();
  const registrars: Registrar[] = [];
  const until: Stage['until'] = async (what, is) => {
    const end = systemClock.now() + patienceMs;
    while (!(await is())) {
      if (systemClock.now() > end) throw new Error(`not so within ${patienceMs} ms: ${what}`);
      await new Promise<void>((resolve) => systemClock.schedule(20, resolve));
    }
  };
  try {
    await play({
      until,
      member: (n) =>
        instance({
          address: address(n),
          ...(keeps.id && { id: `member-${n}` }),
          ...(keeps.weight && { weight: n }),
          ...(keeps.zone && { zone: `zone-${n}` }),
          ...(keeps.metadata && { metadata: { version: `1.${n}` } }),
        }),
      registrar(made, options) {
        const backoff = fullJitter({ baseMs: 50, maxMs: 200 });
        const registrar = scene.registrar(made, { backoff, deregisterMs: 1000, ...options });
        registrars.push(registrar);
        return registrar;
      },
      lists(members) {
        const wanted = look(members, keeps);
        const listed = async () => look((await scene.listed()).map(instance), keeps);
        return until(`it lists ${wanted}`, async () => (await listed()) === wanted);
      },
      lose: (made) => able(scene.lose, 'lose a registration')(made),
      cut: () => able(scene.cut, 'make its registry fail')(),
      heal: () => able(scene.heal, 'heal its registry')(),
    });
  } finally {
    await Promise.all(registrars.map((registrar) => registrar.close()));
    await scene.close();
  }

  function able<Args extends unknown[]>(
    run: ((...args: Args) => Promise<void>) | undefined,
    what: string,
  ): (...args: Args) => Promise<void> {
    if (run !== undefined) return (...args) => run.apply(scene, args);
    throw new Error(`this scene cannot ${what}: skip the requirement, with that reason`);
  }
}
