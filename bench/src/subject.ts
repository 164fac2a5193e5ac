import type { Section } from './result.ts';

/** How much a subject measures, and on which Node. */
export interface SubjectRun {
  /** The program of Node. */
  readonly node: string;
  /** How often everything starts anew. */
  readonly passes: number;
  /** How many rounds each pass has. */
  readonly rounds: number;
  /** How long one measurement of a round takes, in milliseconds: short, so that neighbours meet the same noise. */
  readonly roundMs: number;
  /** How long each variant runs before anything counts. */
  readonly warmUpMs: number;
  /** Whether HTTP servers are loaded with wrk, in rounds of a second, in place of our own load. */
  readonly useWrk: boolean;
}

/** A run for what V8 takes long to compile: on a slow machine the first rounds of others took ten times the later. */
export function warmedLonger(run: SubjectRun): SubjectRun {
  return { ...run, warmUpMs: 3 * run.warmUpMs };
}

/** A {@link Section} before it is known whose it is. */
export type Table = Omit<Section, 'subject' | 'node'>;

/** Measures one thing on one Node. Ends every process that it started, whatever happens. */
export type Subject = (run: SubjectRun) => Promise<readonly Table[]>;
