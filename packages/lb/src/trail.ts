import { type ContextKey, contextKey } from '@fairlead/endpoint';
import type { Moment } from './moment.ts';

/** The instances that one call has been to: a balanced endpoint adds to it, and goes elsewhere where it can. */
export interface Trail {
  /** Their ids; undefined where there is none. */
  readonly tried: ReadonlySet<string> | undefined;
  /** The call goes to the instance of this id, which was picked just now. */
  add(id: string, picked?: Moment): void;
}

/** The context's value for the {@link Trail} of the call. Put there by `retry` and `hedge`. */
export const trail: ContextKey<Trail> = contextKey('trail of instances');

/** A trail, as its owner sees it. A class, as every call that may be tried again needs one. */
export class OwnTrail implements Trail {
  private first: string | undefined = undefined;
  private last: string | undefined = undefined;
  /** Made for the second try: most calls have one. */
  private all: Set<string> | undefined = undefined;
  /** When the last of them was picked, where that was said. */
  picked: Moment | undefined = undefined;

  get tried(): ReadonlySet<string> | undefined {
    if (this.first !== undefined) this.all ??= new Set([this.first]);
    return this.all;
  }

  add(id: string, picked?: Moment): void {
    this.picked = picked;
    if (this.first === undefined) this.first = id;
    else this.all = (this.all ?? new Set([this.first])).add(id);
    this.last = id;
  }

  /** The id of the instance that was added since this was asked last; undefined where none was. */
  takeLast(): string | undefined {
    const { last } = this;
    this.last = undefined;
    return last;
  }
}
