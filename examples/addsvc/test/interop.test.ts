import { background, ServiceError } from '@fairlead/endpoint';
import { createJsonrpcClient } from '@fairlead/jsonrpc';
import { silent } from '@fairlead/log';
import { goKit, hasGoKit } from '@fairlead/peers/go-kit';
import { freePorts, runToEnd, startProgram } from '@fairlead/peers/process';
import { describe, expect, it } from 'vitest';
import { addcli } from '../src/cli.ts';
import { createAddGrpcClient } from '../src/grpc.ts';
import { createAddHttpClient } from '../src/http.ts';
import { createAddJsonrpcClient } from '../src/jsonrpc.ts';
import { startAddServer } from '../src/server.ts';
import type { AddService } from '../src/service.ts';

const freePort = { host: '127.0.0.1', port: 0 };
const transports = ['http', 'grpc', 'jsonrpc'] as const;
type Transport = (typeof transports)[number];

/** Go kit's addsvc: our client for each of its transports, and where it takes JSON-RPC. */
interface GoServer extends Readonly<Record<Transport, AddService>> {
  readonly jsonrpcAddress: string;
}

/** Go kit's addsvc serves one Sum a second, so each check that needs one starts its own. */
async function withGoServer(check: (server: GoServer) => Promise<void>): Promise<void> {
  const names = ['http-addr', 'grpc-addr', 'jsonrpc-addr', 'debug.addr', 'thrift-addr'];
  const ports = await freePorts(names.length);
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  const flags = names.map((name, i) => `-${name}=${addresses[i]}`);
  await using _server = await startProgram(goKit.addsvc, flags, ports);
  await using http = createAddHttpClient(`http://${addresses[0]}`);
  await using grpc = createAddGrpcClient(`${addresses[1]}`);
  await using jsonrpc = createAddJsonrpcClient(`http://${addresses[2]}`);
  await check({ http, grpc, jsonrpc, jsonrpcAddress: `${addresses[2]}` });
}

async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  const error = await call.then(() => undefined).catch((thrown: unknown) => thrown);
  if (error instanceof ServiceError) return error;
  throw new Error('the call should have failed', { cause: error });
}

describe.skipIf(!hasGoKit())('with Go kit', () => {
  describe('our client, its addsvc', () => {
    it.each(transports)('sums over %s', (transport) =>
      withGoServer(async ({ [transport]: { sum } }) => {
        expect(await sum({ a: 1, b: 2 }, background)).toEqual({ v: 3 });
      }),
    );

    it.each(['http', 'grpc'] as const)('has the error of the business over %s', (transport) =>
      withGoServer(async ({ [transport]: { sum } }) => {
        const { message } = await failureOf(sum({ a: 0, b: 0 }, background));
        expect(message).toBe("can't sum two zeroes");
      }),
    );

    it('concatenates, and reads the errors of HTTP and gRPC', () =>
      withGoServer(async ({ http, grpc, jsonrpc }) => {
        for (const { concat } of [http, grpc, jsonrpc]) {
          expect(await concat({ a: 'a', b: 'b' }, background)).toEqual({ v: 'ab' });
        }
        for (const { concat } of [http, grpc]) {
          const tooLong = await failureOf(concat({ a: 'much too', b: ' long' }, background));
          expect(tooLong.message).toBe('result exceeds maximum size');
        }
      }));
  });

  describe('our client, its addsvc, over JSON-RPC', () => {
    it('takes the zero that its server answers in the place of an error of the business', () =>
      withGoServer(async ({ jsonrpc: { sum, concat }, jsonrpcAddress }) => {
        expect(await sum({ a: 0, b: 0 }, background)).toEqual({ v: 0 });
        expect(await concat({ a: 'much too', b: ' long' }, background)).toEqual({ v: '' });
        const args = [`--jsonrpc-addr=${jsonrpcAddress}`, '--method=concat', 'a', 'b'];
        expect(await addcli(args)).toBe('"a" + "b" = "ab"');
      }));

    it('has its errors, whose id is null', () =>
      withGoServer(async ({ jsonrpc: { sum }, jsonrpcAddress }) => {
        await using client = createJsonrpcClient(`http://${jsonrpcAddress}`);
        const bad = await failureOf(client.endpoint({ method: 'sum' })({ A: 'one' }, background));
        expect(bad.details).toEqual({ jsonrpcCode: -32_000 });
        expect(bad.message).toContain("couldn't unmarshal body to sum request");
        const unknown = await failureOf(client.endpoint({ method: 'nope' })({}, background));
        expect(unknown).toMatchObject({
          code: 'unimplemented',
          message: 'Method nope was not found.',
        });
        await sum({ a: 1, b: 2 }, background);
        const limited = await failureOf(sum({ a: 1, b: 2 }, background));
        expect(limited).toMatchObject({ code: 'internal', message: 'rate limit exceeded' });
      }));

    it('learns that it takes no batches, and may notify it', () =>
      withGoServer(async ({ jsonrpcAddress }) => {
        await using client = createJsonrpcClient(`http://${jsonrpcAddress}`, { batch: {} });
        const concat = client.endpoint({ method: 'concat' });
        const one = await concat({ a: 'a', b: 'b' }, background);
        expect(one).toEqual({ v: 'ab' });
        const both = [concat({ a: 'a' }, background), concat({ a: 'b' }, background)];
        const errors = await Promise.all(both.map(failureOf));
        expect(errors.map(({ details }) => details?.['jsonrpcCode'])).toEqual([-32_700, -32_700]);
        await client.notification({ method: 'concat' })({ a: 'a', b: 'b' }, background);
      }));
  });

  describe('its addcli, our addsvc', () => {
    it('prints over all transports what it prints with its own server', async () => {
      await using server = await startAddServer({
        http: freePort,
        grpc: freePort,
        jsonrpc: freePort,
        debug: freePort,
        log: silent,
        limits: 'none',
      });
      const run = (transport: Transport, ...args: string[]) =>
        runToEnd(goKit.addcli, [`-${transport}-addr=127.0.0.1:${server[transport].port}`, ...args]);
      const printed = (stdout: string) => ({ code: 0, stdout, stderr: '' });
      const failed = (stderr: string) => ({ code: 1, stdout: '', stderr });
      for (const transport of transports) {
        expect(await run(transport, '1', '2')).toEqual(printed('1 + 2 = 3\n'));
        const concat = await run(transport, '-method=concat', 'a', 'b');
        expect(concat).toEqual(printed('"a" + "b" = "ab"\n'));
      }
      // Over HTTP Go kit's client reads no more than the status line.
      expect(await run('http', '0', '0')).toEqual(failed('error: 400 Bad Request\n'));
      expect(await run('grpc', '0', '0')).toEqual(failed("error: can't sum two zeroes\n"));
      // Its own server would lose this error, and it would print 0 + 0 = 0.
      expect(await run('jsonrpc', '0', '0')).toEqual(failed("error: can't sum two zeroes\n"));
    });
  });
});
