import { generate } from 'selfsigned';

/** A key and its certificate, as PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** An authority, and what it has signed. */
export interface Certificates {
  /** The authority's own certificate: what the others are trusted by. */
  readonly ca: string;
  readonly server: Identity;
  readonly client: Identity;
}

/** Makes an authority with a server and a client, for `localhost`, 127.0.0.1 and `add.test`. */
export async function makeCertificates(): Promise<Certificates> {
  const authority = await identity('authority');
  return {
    ca: authority.cert,
    server: await identity('server', authority),
    client: await identity('client', authority),
  };
}

const names = [
  { type: 2, value: 'localhost' },
  { type: 2, value: 'add.test' },
  { type: 7, ip: '127.0.0.1' },
] as const;

async function identity(name: string, issuer?: Identity): Promise<Identity> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: issuer === undefined },
      { name: 'subjectAltName', altNames: [...names] },
    ],
    ...(issuer && { ca: issuer }),
  });
  return { key, cert };
}
