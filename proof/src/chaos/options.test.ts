import { describe, expect, it } from 'vitest';
import { parseChaosOptions } from './options.ts';

describe('parseChaosOptions', () => {
  it('has a default for everything', () => {
    expect(parseChaosOptions([])).toEqual({
      registry: 'memory',
      transport: 'http',
      scenario: 'kill',
      instances: 3,
      rate: 200,
      seconds: 20,
      json: false,
    });
  });

  it('reads every flag', () => {
    const args = '--registry etcd --transport grpc --scenario scale --instances 4 --rate 50';
    expect(parseChaosOptions([...args.split(' '), '--seconds=6', '--json'])).toEqual({
      registry: 'etcd',
      transport: 'grpc',
      scenario: 'scale',
      instances: 4,
      rate: 50,
      seconds: 6,
      json: true,
    });
  });

  it.each([
    ['--registry=zookeeper', '--registry must be one of memory, consul, etcd, but is "zookeeper"'],
    ['--scenario=flood', '--scenario must be one of kill, slow'],
    ['--instances=1', '--instances must be a whole number from 2 to 20, but is "1"'],
    ['--rate=1.5', '--rate must be a whole number'],
    ['--seconds=2', '--seconds must be a whole number from 3'],
    ['--nope', 'Unknown option'],
  ])('says what is wrong with %s', (arg, message) => {
    expect(() => parseChaosOptions([arg])).toThrow(message);
  });
});
