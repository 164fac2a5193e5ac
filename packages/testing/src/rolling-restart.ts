import { type Clock, createContext, systemClock } from '@fairlead/endpoint';
import { balanced, createBalancer } from '@fairlead/lb';
import { createEndpointer, type Instancer } from '@fairlead/sd';

/** A server of a registry's cluster, which is a process. */
export interface ClusterMember {
  /** Ends it as an operator would; resolves when it is gone. */
  stop(): Promise<void>;
  /** Starts it where it was, with its data; resolves when it serves. */
  restart(): Promise<void>;
}

/** A registry of several servers, and who discovers instances in it. */
export interface RollingRestartScene<Member extends ClusterMember> {
  readonly members: readonly Member[];
  /** Of a service that has instances by now, by way of any of the members. The caller closes it. */
  readonly instancer: Instancer;
  /** Is awaited when a member is back, before the next one is stopped. */
  readonly settled: (member: Member) => Promise<void>;
  /** Sets the pace of the calls. Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** What callers saw of it. */
export interface RollingRestartReport {
  /** How many calls were made. */
  readonly calls: number;
  /** What those of them rejected with that failed. */
  readonly failures: readonly unknown[];
  /** The fewest instances that were known at any time. */
  readonly fewest: number;
}

/** How long it is from one answer to the next call. */
const paceMs = 2;

/**
 * Restarts the servers of a registry one after another, while calls go through instancer, endpointer
 * and balancer, without a retry: what a user of the service sees of it should be nothing. An instance
 * answers as long as it is listed; a call that finds none, or one that is closed, fails.
 */
export async function rollingRestart<Member extends ClusterMember>(
  scene: RollingRestartScene<Member>,
): Promise<RollingRestartReport> {
  const { members, instancer, settled, clock = systemClock } = scene;
  await using endpointer = createEndpointer(instancer, ({ address }) => {
    let isOpen = true;
    const answer = async (): Promise<string> => {
      if (!isOpen) throw new Error(`${address} was called after it was closed`);
      return address;
    };
    return {
      value: answer,
      close: () => {
        isOpen = false;
      },
    };
  });
  const endpoint = balanced(createBalancer(endpointer), (value) => value, { waitMs: 0 });
  const failures: unknown[] = [];
  let [calls, fewest, isOver] = [0, Number.POSITIVE_INFINITY, false];

  async function callOn(): Promise<void> {
    while (!isOver) {
      using ctx = createContext({ timeoutMs: 1000 });
      calls++;
      await endpoint(undefined, ctx).catch((error: unknown) => failures.push(error));
      await new Promise<void>((resolve) => void clock.schedule(paceMs, resolve));
    }
  }

  const unsubscribe = instancer.subscribe(({ instances }) => {
    fewest = Math.min(fewest, instances?.length ?? fewest);
  });
  using begun = createContext({ timeoutMs: 10_000 });
  await endpointer.ready(begun);
  const calling = callOn();
  try {
    for (const member of members) {
      await member.stop();
      await member.restart();
      await settled(member);
    }
  } finally {
    isOver = true;
    await calling;
    unsubscribe();
  }
  return { calls, failures, fewest };
}
