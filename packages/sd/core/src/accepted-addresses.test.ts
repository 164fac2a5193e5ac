import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { scriptedRegistry } from '../test/scripted-registry.ts';
import { type AcceptedAddresses, addressesIn } from './accepted-addresses.ts';
import { instance } from './instance.ts';

function accepts(accepted: AcceptedAddresses, address: string): boolean {
  return addressesIn(accepted)(instance(address));
}

describe('addressesIn', () => {
  it('accepts networks, of both families', () => {
    const accepted = { cidrs: ['10.0.0.0/8', 'fd00::/8'] };
    assert.ok(accepts(accepted, '10.255.0.1:80'));
    assert.ok(accepts(accepted, '[fd12::1]:80'));
    assert.ok(accepts(accepted, '[::ffff:10.0.0.1]:80'));
    for (const address of ['169.254.169.254:80', '127.0.0.1:22', '[fe80::1%eth0]:80', '[::1]:80']) {
      assert.ok(!accepts(accepted, address), address);
    }
    assert.ok(!accepts(accepted, 'localhost:80'), 'a name may be any address');
  });

  it('accepts names, and those below them', () => {
    const accepted = { names: ['db.internal', '*.Svc.internal'] };
    assert.ok(accepts(accepted, 'DB.internal:80'));
    assert.ok(accepts(accepted, 'a.b.svc.internal:80'));
    for (const address of [
      'svc.internal:1',
      'evilsvc.internal:1',
      'db.internal.evil:1',
      '10.0.0.1:1',
    ]) {
      assert.ok(!accepts(accepted, address), address);
    }
  });

  it('accepts ports, alone or with hosts', () => {
    const ports = [80, [8000, 8999]] as const;
    assert.ok(accepts({ ports }, 'any:80') && accepts({ ports }, '1.2.3.4:8999'));
    assert.ok(!accepts({ ports }, 'any:22') && !accepts({ ports }, 'any:9000'));
    assert.ok(!accepts({ ports, cidrs: ['10.0.0.0/8'] }, '10.0.0.1:22'));
    assert.ok(!accepts({ ports, cidrs: ['10.0.0.0/8'] }, '11.0.0.1:80'));
  });

  it('refuses what is no network or port where it is written', () => {
    for (const cidr of ['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '::/129', 'a/8', '10.0.0.0/8/8']) {
      assert.throws(() => addressesIn({ cidrs: [cidr] }), /is not a network/);
    }
    assert.throws(() => addressesIn({ ports: [0] }), /ports must be/);
    assert.throws(() => addressesIn({ ports: [[9, 8]] }), /ports must be/);
  });

  it('keeps a poisoned entry out of an instancer, and says so', async () => {
    const registry = scriptedRegistry();
    const errors: string[] = [];
    registry.set(['10.0.0.1:8080', '169.254.169.254:80', '127.0.0.1:22', 'unix:1']);
    const instancer = registry.instancer({
      accept: addressesIn({ cidrs: ['10.0.0.0/8'], ports: [8080] }),
      onError: ({ message }) => void errors.push(message),
    });
    instancer.subscribe(() => {});
    assert.deepEqual(
      instancer.current.instances?.map(({ id }) => id),
      ['10.0.0.1:8080'],
    );
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', /169\.254\.169\.254:80 is not accepted/);
    await instancer.close();
  });
});
