/** etcd as an operator sees it: its keys, by its own API. */
export interface Store {
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Every key that begins so. */
  list(prefix: string): Promise<readonly StoredKey[]>;
  /** Forgets what was before now. */
  compact(): Promise<void>;
  /** Any other request. */
  call(path: string, body: object): Promise<Answer>;
}

/** What etcd has under a key. */
export interface StoredKey {
  readonly key: string;
  readonly value: string;
  /** 0 without one. */
  readonly lease: string;
}

/** The parts of an answer that the tests read. */
interface Answer {
  readonly header?: { readonly revision?: string };
  readonly kvs?: readonly {
    readonly key: string;
    readonly value?: string;
    readonly lease?: string;
  }[];
  readonly leases?: readonly { readonly ID: string }[];
  readonly token?: string;
  readonly TTL?: string;
}

/** The store of a server; `token` where it asks for authentication. */
export function storeAt(url: string, token?: string): Store {
  const call = async (path: string, body: object): Promise<Answer> => {
    const response = await fetch(`${url}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: token === undefined ? {} : { authorization: token },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`etcd refused ${path}: ${text}`);
    // A document of etcd's own, whose parts the tests compare.
    return JSON.parse(text) as Answer;
  };
  return {
    call,
    put: async (key, value) => void (await call('kv/put', { key: btoa(key), value: btoa(value) })),
    remove: async (key) => void (await call('kv/deleterange', { key: btoa(key) })),
    async list(prefix) {
      // In ASCII nothing that begins so is above that.
      const range = { key: btoa(prefix), range_end: btoa(`${prefix}\x7f`) };
      const { kvs = [] } = await call('kv/range', range);
      return kvs.map(({ key, value = '', lease = '0' }) => ({
        key: atob(key),
        value: atob(value),
        lease,
      }));
    },
    async compact() {
      const { header } = await call('kv/range', { key: btoa('any') });
      await call('kv/compaction', { revision: header?.revision, physical: true });
    },
  };
}
