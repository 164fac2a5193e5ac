import { background } from '@fairlead/endpoint';
import { type Certificates, makeCertificates } from '@fairlead/peers/certificates';
import { credentials, ServerCredentials } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AddService } from '../gen/add.ts';
import { connect } from '../test/peers.ts';
import { createGrpcServer, grpcHandler } from './index.ts';

/** The certificate is for a name, and the server at an address. */
const hostName = 'add.test';
const channelOptions = {
  'grpc.ssl_target_name_override': hostName,
  'grpc.default_authority': hostName,
};

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
});

const pem = (text: string): Buffer => Buffer.from(text);

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
  const keys = [
    { private_key: pem(certificates.server.key), cert_chain: pem(certificates.server.cert) },
  ];
  const { host, port } = await server.listen({
    credentials: ServerCredentials.createSsl(pem(certificates.ca), keys, asksForCertificate),
  });
  return `${host}:${port}`;
}

describe('TLS', () => {
  it('carries calls to a server that the client trusts', async () => {
    const client = connect(await serveTls(false), {
      credentials: credentials.createSsl(pem(certificates.ca)),
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
    const { key, cert } = certificates.client;
    const client = connect(await serveTls(true), {
      credentials: credentials.createSsl(pem(certificates.ca), pem(key), pem(cert)),
      channelOptions,
    });
    expect(await client.endpoint(AddService.concat)({ a: 'I am', b: '' }, background)).toEqual({
      v: 'I am client',
    });
  });

  it('refuses a client without a certificate', async () => {
    const client = connect(await serveTls(true), {
      credentials: credentials.createSsl(pem(certificates.ca)),
      channelOptions,
    });
    await expect(client.endpoint(AddService.sum)({ a: 1, b: 2 }, background)).rejects.toMatchObject(
      { code: 'unavailable' },
    );
  });
});
