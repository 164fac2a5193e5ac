import { describe, expect, it } from 'vitest';
import { parseChaosCommand } from './options.ts';

describe('parseChaosCommand', () => {
  it('has a default for everything', () => {
    const run = {
      registry: 'memory',
      transport: 'http',
      scenario: 'kill',
      instances: 3,
      rate: 200,
      seconds: 20,
      json: false,
    };
    expect(parseChaosCommand([])).toEqual({ runs: [run], all: false, write: false });
  });

  it('reads every flag', () => {
    const args = '--registry etcd --transport grpc --scenario scale --instances 4 --rate 50';
    const { runs } = parseChaosCommand([...args.split(' '), '--seconds=6', '--json']);
    expect(runs).toEqual([
      {
        registry: 'etcd',
        transport: 'grpc',
        scenario: 'scale',
        instances: 4,
        rate: 50,
        seconds: 6,
        json: true,
      },
    ]);
  });

  it('--all is every registry, transport and scenario, or those of one that is named', () => {
    const { runs, all, write } = parseChaosCommand(['--all', '--write']);
    expect({ all, write }).toEqual({ all: true, write: true });
    expect(runs).toHaveLength(3 * 2 * 7);
    const names = runs.map(({ scenario, registry, transport }) =>
      [scenario, registry, transport].join(),
    );
    expect(new Set(names).size).toBe(runs.length);
    expect(runs.every(({ seconds }) => seconds === 9)).toBe(true);
    const few = parseChaosCommand(['--all', '--registry=etcd', '--scenario=grey', '--seconds=4']);
    expect(few.runs).toMatchObject([
      { scenario: 'grey', registry: 'etcd', transport: 'http', seconds: 4 },
      { scenario: 'grey', registry: 'etcd', transport: 'grpc', seconds: 4 },
    ]);
  });

  it.each([
    ['--registry=zookeeper', '--registry must be one of memory, consul, etcd, but is "zookeeper"'],
    ['--scenario=flood', '--scenario must be one of kill, slow'],
    ['--instances=1', '--instances must be a whole number from 2 to 20, but is "1"'],
    ['--rate=1.5', '--rate must be a whole number'],
    ['--seconds=2', '--seconds must be a whole number from 3'],
    ['--write', '--write is for the table of --all'],
    ['--nope', 'Unknown option'],
  ])('says what is wrong with %s', (arg, message) => {
    expect(() => parseChaosCommand([arg])).toThrow(message);
  });
});
