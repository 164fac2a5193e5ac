import { type Context, checkNumber, ServiceError } from '@fairlead/endpoint';
import type { Found, InstanceSource } from '@fairlead/sd';
import { type Cluster, cluster, type EtcdCluster } from './cluster.ts';
import { type Connection, connect } from './connection.ts';
import { heartbeat } from './heartbeat.ts';
import { decodeInstance, type ListedInstance } from './instance-value.ts';
import { folderOf, idOf, rangeOf } from './keys.ts';
import {
  type Entry,
  type Listing,
  readListing,
  readWatchMessage,
  type WatchMessage,
} from './message.ts';
import { isForNextMember } from './refusal.ts';

/** A service in etcd, and how it is followed. */
export interface EtcdLookup extends EtcdCluster {
  /** The name of the service: a part of its keys, so without a slash. */
  readonly service: string;
  /**
   * How often the whole set is listed again, in milliseconds, give or take a tenth: it finds what a
   * watch has missed. Default 60 000.
   */
  readonly relistMs?: number | undefined;
  /**
   * How often the member is asked whether it still reaches a majority, in milliseconds: a watch
   * that is cut off is silent. Default 5000.
   */
  readonly heartbeatMs?: number | undefined;
}

/**
 * The instances of a service in etcd, for `createInstancer`; {@link createEtcdInstancer} is the
 * shorter way. Each key `<prefix>/<service>/<id>` is an instance, whose value is its address or
 * JSON: see the README. Keys elsewhere, `<prefix>/<service>2/…` or deeper ones, are none.
 *
 * The set is listed, then watched from the revision of the list on, so that no change is missed
 * between the two.
 */
export function etcdSource(options: EtcdLookup): InstanceSource {
  const etcd = cluster(options);
  const folder = folderOf(etcd.prefix, options.service);
  const settings: Settings = {
    folder,
    relistMs: checkNumber('relistMs', options.relistMs ?? 60_000, { min: 1000 }),
    heartbeatMs: checkNumber('heartbeatMs', options.heartbeatMs ?? 5000, { min: 100 }),
  };
  return {
    name: `${folder} in etcd at ${etcd.endpoints.join(', ')}`,
    watch: (found, ctx) => follow(etcd, settings, found, ctx),
  };
}

interface Settings {
  readonly folder: string;
  readonly relistMs: number;
  readonly heartbeatMs: number;
}

/** A watch that has lasted for so long did its work; when shorter ones follow each other, etcd is not well. */
const soundWatchMs = 1000;

async function follow(
  etcd: Cluster,
  settings: Settings,
  found: Found,
  ctx: Context,
): Promise<void> {
  using connection = connect(etcd);
  let shortWatches = 0;
  for (;;) {
    const listing = readListing(await connection.call('kv/range', rangeOf(settings.folder), ctx));
    found(instancesOf(settings.folder, listing.entries));
    const startedAt = ctx.clock.now();
    const lost = await watch(etcd, connection, settings, { listing, found, ctx });
    ctx.throwIfAborted();
    if (lost !== undefined) connection.turnAway();
    // Listed again at once, elsewhere; when each member had its turn, after a backoff.
    shortWatches = ctx.clock.now() - startedAt < soundWatchMs ? shortWatches + 1 : 0;
    if (shortWatches > etcd.endpoints.length) throw lost ?? endedWatch(settings.folder);
  }
}

/** What a watch begins with and reports to. */
interface WatchTask {
  readonly listing: Listing;
  readonly found: Found;
  readonly ctx: Context;
}

/**
 * Watches until the watch breaks, and then resolves with the reason, or until it is time to list
 * again. Rejects where another member would do no better.
 */
async function watch(
  { random }: Cluster,
  connection: Connection,
  settings: Settings,
  task: WatchTask,
): Promise<ServiceError | undefined> {
  using scope = task.ctx.withCancel();
  const { folder, relistMs, heartbeatMs } = settings;
  let isOver = false;
  const stopTimer = scope.clock.schedule(relistMs * (0.9 + random() * 0.2), () => {
    isOver = true;
    scope.cancel();
  });
  const beating = heartbeat(connection, folder, heartbeatMs, scope).catch((error: unknown) =>
    scope.cancel(error),
  );
  try {
    await readEvents(connection, settings, { ...task, ctx: scope });
    return undefined;
  } catch (thrown) {
    if (isOver) return undefined;
    const lost = scope.error ?? ServiceError.from(thrown);
    if (scope.error === undefined && !isForNextMember(lost)) throw lost;
    return lost;
  } finally {
    stopTimer();
    scope.cancel();
    await beating;
  }
}

/** Reports each event after the listing, until that is compacted; rejects when the watch ends otherwise. */
async function readEvents(
  connection: Connection,
  { folder }: Settings,
  { listing, found, ctx }: WatchTask,
): Promise<void> {
  const create_request = {
    ...rangeOf(folder),
    start_revision: String(listing.revision + 1n),
    progress_notify: true,
  };
  for await (const line of await connection.stream('watch', { create_request }, ctx)) {
    const { changes, canceled, isCompacted } = readWatchMessage(line);
    if (isCompacted) return;
    if (canceled !== undefined) throw canceledWatch(folder, canceled);
    if (changes.size > 0) report(folder, changes, found);
  }
  throw endedWatch(folder);
}

function report(folder: string, changes: WatchMessage['changes'], found: Found): void {
  const put: ListedInstance[] = [];
  const removed: string[] = [];
  for (const [key, value] of changes) {
    const id = idOf(folder, key);
    if (id === undefined) continue;
    if (value === undefined) removed.push(id);
    else put.push(decodeInstance(id, value));
  }
  found.changed(put, removed);
}

function instancesOf(folder: string, entries: readonly Entry[]): ListedInstance[] {
  return entries.flatMap(({ key, value }) => {
    const id = idOf(folder, key);
    return id === undefined ? [] : [decodeInstance(id, value)];
  });
}

function canceledWatch(folder: string, reason: string): ServiceError {
  const denied = /permission ?denied/i.test(reason);
  return new ServiceError(
    denied ? 'permission_denied' : 'unavailable',
    `etcd ended the watch of ${folder}: ${reason}`,
  );
}

function endedWatch(folder: string): ServiceError {
  return new ServiceError(
    'unavailable',
    `etcd ended the watch of ${folder} without a reason: look into its log`,
  );
}
