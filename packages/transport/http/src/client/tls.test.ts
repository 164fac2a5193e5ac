import { createServer, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { background } from '@fairlead/endpoint';
import { makeCertificates } from '@fairlead/peers/certificates';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../../test/hosts.ts';
import { createHttpClient, type HttpClientTls, httpHandler } from '../index.ts';

const { ca, server: own, client: identity } = await makeCertificates();

describe('createHttpClient over TLS', () => {
  /** One call to a server that tells who its client is. */
  async function callWith(
    tls: HttpClientTls | undefined,
    options: ServerOptions = {},
    host = '127.0.0.1',
  ) {
    const whoami = httpHandler(async (who: unknown) => who, {
      decode: () => 'nobody',
      before: [],
      encode: (_response, { request }) => {
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        return { status: 200, headers: {}, body: JSON.stringify(subject?.CN ?? 'nobody') };
      },
    });
    const server = createServer({ ...own, ...options }, whoami);
    // A client that refuses the certificate hangs up.
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await using client = createHttpClient(`https://${host}:${port}`, tls && { tls });
    return await client.endpoint({ path: '/' })({}, background);
  }

  it('trusts an authority of its own', async () => {
    expect(await callWith({ ca })).toBe('nobody');
    expect(await callWith({ ca: Buffer.from(ca) }, {}, 'localhost')).toBe('nobody');
  });

  it('trusts no stranger, and says why the call failed', async () => {
    await expect(callWith(undefined)).rejects.toMatchObject({
      code: 'unavailable',
      cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    });
  });

  it('checks the name in the certificate', async () => {
    await expect(callWith({ ca, servername: 'other.example' })).rejects.toMatchObject({
      code: 'unavailable',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    expect(await callWith({ ca, servername: 'localhost' })).toBe('nobody');
  });

  it('says who it is to a server that asks', async () => {
    const mutual = { ca, requestCert: true, rejectUnauthorized: true };
    expect(await callWith({ ca, ...identity }, mutual)).toBe('client');
  });

  it('is unavailable where a server asks and it has nothing to say', async () => {
    const mutual = { ca, requestCert: true, rejectUnauthorized: true };
    await expect(callWith({ ca }, mutual)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is unavailable where the server speaks no TLS', async () => {
    const { port } = await serve((_request, response) => void response.end());
    await using client = createHttpClient(`https://127.0.0.1:${port}`);
    await expect(client.endpoint({ path: '/' })({}, background)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
