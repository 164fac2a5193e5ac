import { randomBytes } from 'node:crypto';
import { type Context, checkNumber, isServiceError, ServiceError } from '@fairlead/endpoint';
import { type InstanceInit, instance, pause, type Registration } from '@fairlead/sd';
import { cluster, type EtcdCluster } from './cluster.ts';
import { type Connection, connect } from './connection.ts';
import { encodeInstance } from './instance-value.ts';
import { base64, checkSegment, folderOf } from './keys.ts';
import { fields } from './message.ts';
import { isForNextMember } from './refusal.ts';

/** What is registered in etcd, and where. */
export interface EtcdRegistration extends EtcdCluster {
  /** The name of the service: a part of its keys, so without a slash. */
  readonly service: string;
  /** Where it listens, and what else is to be known. Its id is a part of the key, too. */
  readonly instance: InstanceInit;
  /**
   * How long the instance stays listed after its process has died, in milliseconds, up to a whole
   * second. Renewed every third of it. At least 2000; default 15 000.
   */
  readonly ttlMs?: number | undefined;
}

/**
 * Keeps an instance in etcd, under a lease, for `createRegistrar`; {@link createEtcdRegistrar} is the
 * shorter way. Its key is `<prefix>/<service>/<id>`. Of two processes with the same id the last one
 * has the key, and either one's end leaves the other's alone. A key that was deleted comes back
 * within a third of the TTL, one whose lease was lost as soon as that is noticed.
 */
export function etcdRegistration(options: EtcdRegistration): Registration {
  const etcd = cluster(options);
  const registered = instance(options.instance);
  const key = folderOf(etcd.prefix, options.service) + checkSegment('id', registered.id);
  const ttlMs = checkNumber('ttlMs', options.ttlMs ?? 15_000, { min: 2000, max: 86_400_000 });
  const item: Item = {
    lease: leaseId(),
    ttlSeconds: Math.ceil(ttlMs / 1000),
    key: base64(key),
    value: base64(encodeInstance(registered)),
  };
  return {
    name: `${key} in etcd at ${etcd.endpoints.join(', ')}`,
    async hold(accepted, ctx) {
      using connection = connect(etcd);
      await grant(connection, item, ctx);
      const { key, value, lease } = item;
      await connection.call('kv/put', { key, value, lease }, ctx);
      accepted();
      await renew(connection, item, ctx);
    },
    async release(ctx) {
      using connection = connect(etcd);
      await revoke(connection, item, ctx);
    },
  };
}

/**
 * A number that no other registration has, chosen here and not by etcd: whatever becomes of a
 * request, the lease is known that must be ended.
 */
function leaseId(): string {
  return String(randomBytes(8).readBigUInt64BE() >> 1n || 1n);
}

/** What is kept, as the gateway wants it. */
interface Item {
  readonly lease: string;
  readonly ttlSeconds: number;
  readonly key: string;
  readonly value: string;
}

async function grant(connection: Connection, item: Item, ctx: Context): Promise<void> {
  try {
    const lease = { ID: item.lease, TTL: String(item.ttlSeconds) };
    await connection.call('lease/grant', lease, ctx);
  } catch (thrown) {
    // An attempt before this one got it, though the answer may not have come.
    if (!/lease already exists/.test(ServiceError.from(thrown).message)) throw thrown;
    await keepAlive(connection, item, ctx);
  }
}

/** How soon a renewal that failed is tried again. */
const retryMs = 500;

/** Renews the lease until the context ends; rejects when it is lost, or must be for all we know. */
async function renew(connection: Connection, item: Item, ctx: Context): Promise<void> {
  const ttlMs = item.ttlSeconds * 1000;
  let renewedAt = ctx.clock.now();
  let waitMs = ttlMs / 3;
  for (;;) {
    await pause(waitMs, ctx);
    ctx.throwIfAborted();
    const askedAt = ctx.clock.now();
    try {
      await keepAlive(connection, item, ctx);
      // From when it was asked for: the answer may have been long on its way.
      renewedAt = askedAt;
      waitMs = ttlMs / 3;
      await putBack(connection, item, ctx);
    } catch (thrown) {
      const isOver = ctx.clock.now() - renewedAt >= ttlMs;
      if (isOver || !isForNextMember(ServiceError.from(thrown))) throw thrown;
      waitMs = retryMs;
    }
  }
}

async function keepAlive(connection: Connection, { lease }: Item, ctx: Context): Promise<void> {
  const answer = fields(await connection.call('lease/keepalive', { ID: lease }, ctx));
  if (answer['error'] !== undefined) {
    throw new ServiceError('unavailable', 'etcd could not renew the lease: it is tried again');
  }
  const { TTL } = fields(answer['result']);
  if (Number(TTL ?? 0) > 0) return;
  throw new ServiceError(
    'not_found',
    'etcd has dropped the lease: this process was not heard of for longer than the TTL, or etcd has lost its data',
  );
}

/** Puts the key again where somebody has deleted it; another lease's is left alone. */
async function putBack(
  connection: Connection,
  { key, value, lease }: Item,
  ctx: Context,
): Promise<void> {
  const { count } = fields(await connection.call('kv/range', { key, count_only: true }, ctx));
  if (Number(count ?? 0) > 0) return;
  const txn = {
    compare: [{ key, target: 'VERSION', result: 'EQUAL', version: '0' }],
    success: [{ request_put: { key, value, lease } }],
  };
  await connection.call('kv/txn', txn, ctx);
}

/** Ends the lease, and with it the key as far as it is this lease's: another's stays. */
async function revoke(connection: Connection, { lease }: Item, ctx: Context): Promise<void> {
  try {
    await connection.call('lease/revoke', { ID: lease }, ctx);
  } catch (thrown) {
    // Gone already, with all its keys.
    if (!isServiceError(thrown, 'not_found')) throw thrown;
  }
}
