/** The part of it that is measured: the library has no types of its own. */
declare module 'consistent-hash' {
  export default class ConsistentHash {
    constructor(options?: { readonly range?: number });
    add(node: string, controlPoints?: number): this;
    get(key: string): string | null;
  }
}
