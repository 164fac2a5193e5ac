import { background } from '@fairlead/endpoint';
import { credentials, ServerCredentials } from '@grpc/grpc-js';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AddService } from '../gen/add.ts';
import { connect } from '../test/peers.ts';
import { createGrpcServer, grpcHandler } from './index.ts';

interface Identity {
  readonly key: Buffer;
  readonly cert: Buffer;
}

async function identity(name: string, issuer?: Identity): Promise<Identity> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: issuer === undefined },
      { name: 'subjectAltName', altNames: [{ type: 2, value: hostName }] },
    ],
    ...(issuer && { ca: { key: issuer.key.toString(), cert: issuer.cert.toString() } }),
  });
  return { key: Buffer.from(key), cert: Buffer.from(cert) };
}

/** The certificate is for a name, and the server at an address. */
const hostName = 'add.test';
const channelOptions = {
  'grpc.ssl_target_name_override': hostName,
  'grpc.default_authority': hostName,
};

let authority: Identity;
let serverIdentity: Identity;
let clientIdentity: Identity;

beforeAll(async () => {
  authority = await identity('authority');
  serverIdentity = await identity('server', authority);
  clientIdentity = await identity('client', authority);
});

/** A server whose `concat` answers with the name in its caller's certificate. */
async function serveTls(asksForCertificate: boolean): Promise<string> {
  const server = createGrpcServer();
  onTestFinished(() => server.close({ graceMs: 0 }));
  server.add(AddService, {
    sum: grpcHandler(AddService.sum, async ({ a, b }) => ({ v: a + b })),
    concat: grpcHandler(AddService.concat, async ({ a }) => ({ v: a }), {
      encode: (reply, { raw }) => ({
        v: `${reply.v} ${raw.getAuthContext().sslPeerCertificate?.subject.CN}`,
      }),
    }),
    count: () => {},
  });
  const keys = [{ private_key: serverIdentity.key, cert_chain: serverIdentity.cert }];
  const { host, port } = await server.listen({
    credentials: ServerCredentials.createSsl(authority.cert, keys, asksForCertificate),
  });
  return `${host}:${port}`;
}

describe('TLS', () => {
  it('carries calls to a server that the client trusts', async () => {
    const client = connect(await serveTls(false), {
      credentials: credentials.createSsl(authority.cert),
      channelOptions,
    });
    expect(await client.endpoint(AddService.sum)({ a: 1, b: 2 }, background)).toEqual({ v: 3 });
  });

  it('refuses a server that the client does not trust', async () => {
    const client = connect(await serveTls(false), {
      credentials: credentials.createSsl(),
      channelOptions,
    });
    await expect(client.endpoint(AddService.sum)({ a: 1, b: 2 }, background)).rejects.toMatchObject(
      { code: 'unavailable' },
    );
  });

  it('refuses a client in plain text', async () => {
    const client = connect(await serveTls(false));
    await expect(client.endpoint(AddService.sum)({ a: 1, b: 2 }, background)).rejects.toMatchObject(
      { code: 'unavailable' },
    );
  });
});

describe('mutual TLS', () => {
  it("shows the client's certificate to the server", async () => {
    const { key, cert } = clientIdentity;
    const client = connect(await serveTls(true), {
      credentials: credentials.createSsl(authority.cert, key, cert),
      channelOptions,
    });
    expect(await client.endpoint(AddService.concat)({ a: 'I am', b: '' }, background)).toEqual({
      v: 'I am client',
    });
  });

  it('refuses a client without a certificate', async () => {
    const client = connect(await serveTls(true), {
      credentials: credentials.createSsl(authority.cert),
      channelOptions,
    });
    await expect(client.endpoint(AddService.sum)({ a: 1, b: 2 }, background)).rejects.toMatchObject(
      { code: 'unavailable' },
    );
  });
});
