import type { Middleware } from '@fairlead/endpoint';

/** A layer and the name that it is found by. */
export type NamedLayer<Layer = Middleware> = readonly [name: string, layer: Layer];
