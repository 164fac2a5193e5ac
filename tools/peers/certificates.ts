import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A key and its certificate, as PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** What a server proves itself with; with `clientCa` it asks for a certificate of its clients too. */
export interface ServerTls extends Identity {
  readonly clientCa?: string | undefined;
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

/** Puts the certificate, its key, and who signs those of clients, where a server reads them. */
export async function writeTls(folder: string, tls: ServerTls | undefined): Promise<void> {
  if (tls === undefined) return;
  await writeFile(join(folder, 'cert.pem'), tls.cert);
  await writeFile(join(folder, 'key.pem'), tls.key);
  if (tls.clientCa !== undefined) await writeFile(join(folder, 'ca.pem'), tls.clientCa);
}
