import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePorts, type RunningProgram, runToEnd, startProgram } from '@fairlead/peers/process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

// Each starts one program or more, which takes seconds on a machine with other work.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const node = process.execPath;
const program = (name: string): string[] => [
  '--import=tsx',
  '--conditions=@fairlead/source',
  fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url)),
];
const addcli = (...args: string[]) => runToEnd(node, [...program('addcli'), ...args]);

let ports: number[];
let addsvc: RunningProgram;

beforeAll(async () => {
  ports = await freePorts(4);
  const flags = ['http', 'grpc', 'debug', 'jsonrpc'].map(
    (name, i) => `--${name}-addr=127.0.0.1:${ports[i]}`,
  );
  addsvc = await startProgram(node, [...program('addsvc'), ...flags], ports);
});
afterAll(() => addsvc[Symbol.asyncDispose]());

describe('addcli', () => {
  it('prints what comes out', async () => {
    const args = [`--grpc-addr=127.0.0.1:${ports[1]}`, '--', '-1', '5'];
    expect(await addcli(...args)).toEqual({ code: 0, stdout: '-1 + 5 = 4\n', stderr: '' });
  });

  it('writes an error to stderr and exits with 1', async () => {
    expect(await addcli(`--http-addr=127.0.0.1:${ports[0]}`, '0', '0')).toEqual({
      code: 1,
      stdout: '',
      stderr: "error: can't sum two zeroes\n",
    });
  });
});

describe('addsvc', () => {
  it('shows its counts at the debug address', async () => {
    await addcli(`--http-addr=127.0.0.1:${ports[0]}`, '1', '2');
    const reply = await fetch(`http://127.0.0.1:${ports[2]}/metrics`);
    expect(await reply.text()).toMatch(
      /fairlead_server_call_duration_seconds_count\{transport="http",.*method="Sum",code="ok"\} \d/,
    );
  });

  it('says at the debug address how it is, and what it was told', async () => {
    const ask = async (path: string) => {
      const reply = await fetch(`http://127.0.0.1:${ports[2]}${path}`);
      return { status: reply.status, body: JSON.parse(await reply.text()) };
    };
    expect(await ask('/health/live')).toMatchObject({ status: 200, body: { status: 'up' } });
    expect(await ask('/health/ready')).toMatchObject({ status: 200 });
    expect(await ask('/debug')).toMatchObject({
      body: {
        config: { limits: 'go-kit' },
        breakers: { sum: { kind: 'closed' }, concat: { kind: 'closed' } },
      },
    });
  });

  it('sends its spans to a collector, the last ones when it ends', async () => {
    const bodies: string[] = [];
    const collector = createServer(async (request, response) => {
      bodies.push(await text(request));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await once(collector.listen(0, '127.0.0.1'), 'listening');
    // Sound: a server that listens on a host has an address of this kind.
    const { port } = collector.address() as AddressInfo;
    const own = await freePorts(4);
    const names = ['http', 'grpc', 'debug', 'jsonrpc'];
    const flags = names.map((name, i) => `--${name}-addr=127.0.0.1:${own[i]}`);
    flags.push(`--otlp-url=http://127.0.0.1:${port}/v1/traces`);
    await using running = await startProgram(node, [...program('addsvc'), ...flags], own);
    await addcli(`--http-addr=127.0.0.1:${own[0]}`, '1', '2');
    const exit = once(running.process, 'exit');
    running.process.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    await new Promise((resolve) => collector.close(resolve));
    expect(bodies.join('')).toContain('"addsvc"');
    expect(bodies.join('')).toContain('/sum');
  });

  it('says that a port is in use, and exits with 1', async () => {
    const taken = `--http-addr=127.0.0.1:${ports[0]}`;
    const { code, stderr } = await runToEnd(node, [...program('addsvc'), taken]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot listen on 127\.0\.0\.1:\d+: the port is in use/);
  });

  it('ends well on SIGTERM', async () => {
    const ports = await freePorts(4);
    const names = ['http', 'grpc', 'debug', 'jsonrpc'];
    const flags = names.map((name, i) => `--${name}-addr=:${ports[i]}`);
    await using own = await startProgram(node, [...program('addsvc'), ...flags], ports);
    const exit = once(own.process, 'exit');
    own.process.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(own.output()).toContain('message=exit reason="received signal SIGTERM"');
  });
});

describe('npm start', () => {
  it('shows every method, an error and a broken request over every transport, and ends', async () => {
    const { code, stdout, stderr } = await runToEnd(node, program('demo'));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    for (const transport of ['HTTP', 'gRPC', 'JSON-RPC']) {
      const [, section = ''] = stdout.split(`${transport}, `);
      expect(section).toMatch(/sum 1 2 +\{"v":3\}/);
      expect(section).toMatch(/concat fair lead +\{"v":"fairlead"\}/);
      expect(section).toMatch(/sum 0 0 +invalid_argument: can't sum two zeroes/);
      expect(section).toMatch(/a broken request +(invalid_argument|internal): /);
    }
    expect(stdout).toMatch(/killed with SIGKILL\n/);
    expect(stdout).toMatch(/300 calls in [\d.]+ s, 0 failed/);
    expect(stdout).toContain('npm start -- --keep');
  });
});
