import { silent } from '@fairlead/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAddress } from './address.ts';
import { addcli } from './cli.ts';
import { type RunningAddServer, startAddServer } from './server.ts';

const freePort = { host: '127.0.0.1', port: 0 };
let server: RunningAddServer;

beforeAll(async () => {
  server = await startAddServer({
    http: freePort,
    grpc: freePort,
    jsonrpc: freePort,
    debug: freePort,
    log: silent,
    limits: 'none',
  });
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(['http', 'grpc', 'jsonrpc'] as const)('addcli over %s', (transport) => {
  const call = (...args: string[]) =>
    addcli([`--${transport}-addr=${formatAddress(server[transport])}`, ...args]);

  it('sums by default', async () => {
    expect(await call('1', '2')).toBe('1 + 2 = 3');
    expect(await call('--', '-1', '5')).toBe('-1 + 5 = 4');
  });

  it('concatenates', async () => {
    expect(await call('--method=concat', 'a', 'b')).toBe('"a" + "b" = "ab"');
  });

  it('fails with the text of the service', async () => {
    await expect(call('0', '0')).rejects.toThrow("can't sum two zeroes");
  });
});

describe('addcli', () => {
  it.each([
    [['1', '2'], 'usage: addcli'],
    [['--http-addr=127.0.0.1:1', '1'], 'usage: addcli'],
    [['--http-addr=127.0.0.1:1', '1', '2', '3'], 'usage: addcli'],
    [['--http-addr=nowhere', '1', '2'], '--http-addr must be host:port or :port'],
    [['--grpc-addr=127.0.0.1:99999', '1', '2'], '--grpc-addr must be host:port or :port'],
    [['--http-addr=127.0.0.1:1', '--method=mul', '1', '2'], '--method must be sum or concat'],
    [['--http-addr=127.0.0.1:1', 'one', '2'], 'A must be a whole number'],
    [['--http-addr=127.0.0.1:1', '1', '2.5'], 'B must be a whole number'],
    [['--http-addr=127.0.0.1:1', '1', '2'], 'ECONNREFUSED'],
    [['--grpc-addr=127.0.0.1:1', '1', '2'], 'ECONNREFUSED'],
    [['--jsonrpc-addr=nowhere', '1', '2'], '--jsonrpc-addr must be host:port or :port'],
    [['--jsonrpc-addr=127.0.0.1:1', '1', '2'], 'ECONNREFUSED'],
    [['--registry-dir=', '1', '2'], '--registry-dir must not be empty'],
    [['--consul-addr=nowhere', '1', '2'], '--consul-addr must be host:port or :port'],
    [['--nope'], 'Unknown option'],
  ])('says what is wrong with %j', (args, message) =>
    expect(addcli(args)).rejects.toThrow(message),
  );
});
