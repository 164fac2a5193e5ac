import {
  createDirectoryRegistry,
  type InstanceInit,
  type Instancer,
  type Registrar,
} from '@fairlead/sd';

const service = 'rolling';
/** So long that nobody is taken for dead on a machine with other work: who goes says so here. */
const ttlMs = 60_000;

/** Keeps an instance in the directory. */
export function rollingRegistrar(directory: string, instance: InstanceInit): Registrar {
  return createDirectoryRegistry(directory, { ttlMs }).registrar(service, instance);
}

/** Who is in the directory. */
export function rollingInstancer(directory: string): Instancer {
  return createDirectoryRegistry(directory, { ttlMs }).instancer(service);
}
