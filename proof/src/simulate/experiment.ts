import type { Plot } from '@fairlead/bench/plot';
import type { Table } from './table.ts';

/** What an experiment has found. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
}

/** How much is simulated: the same seed gives the same findings. */
export interface Effort {
  readonly seed: number;
  /** The number of calls against that of the documents: 1 for those, less for a quick look. */
  readonly scale: number;
}

/** Something that is simulated. */
export type Experiment = (effort: Effort) => Promise<Findings>;
