import { type ContextKey, contextKey } from '@fairlead/endpoint';

/** The instances that one call has been to: a balanced endpoint adds to it, and goes elsewhere where it can. */
export interface Trail {
  /** Their ids. */
  readonly tried: ReadonlySet<string>;
  /** The call goes to the instance of this id. */
  add(id: string): void;
}

/** The context's value for the {@link Trail} of the call. Put there by `retry` and `hedge`. */
export const trail: ContextKey<Trail> = contextKey('trail of instances');

/** A trail, as its owner sees it. A class, as every call that may be tried again needs one. */
export class OwnTrail implements Trail {
  readonly tried = new Set<string>();
  private last: string | undefined = undefined;

  add(id: string): void {
    this.tried.add(id);
    this.last = id;
  }

  /** The id of the instance that was added since this was asked last; undefined where none was. */
  takeLast(): string | undefined {
    const { last } = this;
    this.last = undefined;
    return last;
  }
}
