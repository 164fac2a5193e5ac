import { background, ServiceError } from '@fairlead/endpoint';
import { goKit, hasGoKit } from '@fairlead/peers/go-kit';
import { freePorts, runToEnd, startProgram } from '@fairlead/peers/process';
import { describe, expect, it } from 'vitest';
import { createAddGrpcClient } from '../src/grpc.ts';
import { createAddHttpClient } from '../src/http.ts';
import { startAddServer } from '../src/server.ts';
import type { AddService } from '../src/service.ts';

const freePort = { host: '127.0.0.1', port: 0 };

/** Go kit's addsvc serves one Sum a second, so each check that needs one starts its own. */
async function withGoServer(
  check: (http: AddService, grpc: AddService) => Promise<void>,
): Promise<void> {
  const ports = await freePorts(5);
  const names = ['http-addr', 'grpc-addr', 'debug.addr', 'thrift-addr', 'jsonrpc-addr'];
  const flags = names.map((name, i) => `-${name}=127.0.0.1:${ports[i]}`);
  await using _server = await startProgram(goKit.addsvc, flags, ports);
  await using http = createAddHttpClient(`http://127.0.0.1:${ports[0]}`);
  await using grpc = createAddGrpcClient(`127.0.0.1:${ports[1]}`);
  await check(http, grpc);
}

async function messageOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(() => undefined).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServiceError);
  return error instanceof ServiceError ? error.message : '';
}

describe.skipIf(!hasGoKit())('with Go kit', () => {
  describe('our client, its addsvc', () => {
    it.each(['http', 'grpc'] as const)('sums over %s', (transport) =>
      withGoServer(async (http, grpc) => {
        const { sum } = { http, grpc }[transport];
        expect(await sum({ a: 1, b: 2 }, background)).toEqual({ v: 3 });
      }),
    );

    it.each(['http', 'grpc'] as const)('has the error of the business over %s', (transport) =>
      withGoServer(async (http, grpc) => {
        const { sum } = { http, grpc }[transport];
        expect(await messageOf(sum({ a: 0, b: 0 }, background))).toBe("can't sum two zeroes");
      }),
    );

    it('concatenates, and reads the errors of both transports', () =>
      withGoServer(async (http, grpc) => {
        for (const { concat } of [http, grpc]) {
          expect(await concat({ a: 'a', b: 'b' }, background)).toEqual({ v: 'ab' });
          const tooLong = concat({ a: 'much too', b: ' long' }, background);
          expect(await messageOf(tooLong)).toBe('result exceeds maximum size');
        }
      }));
  });

  describe('its addcli, our addsvc', () => {
    it('prints over both transports what it prints with its own server', async () => {
      await using server = await startAddServer({
        http: freePort,
        grpc: freePort,
        debug: freePort,
        log: () => {},
      });
      const http = `-http-addr=127.0.0.1:${server.http.port}`;
      const grpc = `-grpc-addr=127.0.0.1:${server.grpc.port}`;
      const failed = (stderr: string) => ({ code: 1, stdout: '', stderr });
      for (const flag of [http, grpc]) {
        const printed = (stdout: string) => ({ code: 0, stdout, stderr: '' });
        expect(await runToEnd(goKit.addcli, [flag, '1', '2'])).toEqual(printed('1 + 2 = 3\n'));
        const concat = [flag, '-method=concat', 'a', 'b'];
        expect(await runToEnd(goKit.addcli, concat)).toEqual(printed('"a" + "b" = "ab"\n'));
      }
      // Over HTTP Go kit's client reads no more than the status line.
      expect(await runToEnd(goKit.addcli, [http, '0', '0'])).toEqual(
        failed('error: 400 Bad Request\n'),
      );
      expect(await runToEnd(goKit.addcli, [grpc, '0', '0'])).toEqual(
        failed("error: can't sum two zeroes\n"),
      );
    });
  });
});
