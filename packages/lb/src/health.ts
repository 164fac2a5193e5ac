/** How one instance has done lately. A class, as the one hot object: its numbers change with each call. */
export class Health {
  /** When it may be called again, in the clock's milliseconds; `-Infinity` while it may. */
  ejectedUntil: number = -Infinity;
  /** Whether it is out because calls did not reach it. */
  isUnreachable = false;
  /** How often it was put out in a row. */
  ejections = 0;
  /** Whether it has come back and not yet answered a call. */
  isOnProbation = false;
  /** Failures in a row. */
  consecutive = 0;
  /** Failures in a row that never got there. */
  missed = 0;
  /** Of the interval that runs, as are {@link failures}. */
  successes = 0;
  failures = 0;

  get isEjected(): boolean {
    return this.ejectedUntil > -Infinity;
  }
}
