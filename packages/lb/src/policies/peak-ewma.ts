import { checkNumber } from '@fairlead/endpoint';
import type { Node } from '../node.ts';
import type { Outcome } from '../outcome.ts';
import type { PolicyFactory } from '../policy.ts';
import { betterOfTwo } from './two-choices.ts';

/** How `peakEwma` weighs what it has seen. */
export interface PeakEwmaOptions {
  /** How long what was seen counts, in milliseconds: after this, 37 % of it is left. Default 10 000. */
  readonly decayMs?: number | undefined;
  /** What a call is taken to cost before one was seen, in milliseconds. Default 30. */
  readonly initialMs?: number | undefined;
  /** What a failed call costs at least, in milliseconds, so that an instance which fails fast draws no calls. Default 1000. */
  readonly penaltyMs?: number | undefined;
}

/** What an instance costs that has a call but has not yet answered any: more than any that has. */
const unproven = 2 ** 47;

/**
 * The default. Of two instances at random the one where a call costs less: the latency seen lately,
 * times the calls that are waiting there, for its weight. A slow answer counts at once and in full
 * (the peak), fast ones win it back by and by (an exponentially weighted moving average); a failure
 * counts as a very slow answer; what is not seen again is forgotten. An instance that is new gets one
 * call, and more when it has answered. The algorithm is Finagle's, with Linkerd's start value.
 */
export function peakEwma(options: PeakEwmaOptions = {}): PolicyFactory {
  const decayMs = checkNumber('decayMs', options.decayMs ?? 10_000, { min: 1 });
  const initialMs = checkNumber('initialMs', options.initialMs ?? 30);
  const penaltyMs = checkNumber('penaltyMs', options.penaltyMs ?? 1000);

  /** What is not confirmed moves back to the initial cost. */
  function costOf(node: Node, now: number): number {
    if (node.stamp === undefined) return initialMs;
    const idleMs = now - node.stamp;
    if (idleMs <= 0) return node.cost;
    return initialMs + (node.cost - initialMs) * Math.exp(-idleMs / decayMs);
  }

  function loadOf(node: Node, now: number): number {
    if (node.stamp === undefined && node.pending > 0) return unproven + node.pending;
    return (costOf(node, now) * (node.pending + 1)) / node.weight;
  }

  function observe(node: Node, elapsedMs: number, now: number): void {
    const { stamp, cost } = node;
    const share = stamp === undefined ? 0 : Math.exp(-Math.max(0, now - stamp) / decayMs);
    const isPeak = elapsedMs > costOf(node, now) || stamp === undefined;
    node.cost = isPeak ? elapsedMs : cost * share + elapsedMs * (1 - share);
    node.stamp = stamp === undefined ? now : Math.max(stamp, now);
  }

  return ({ random }) => {
    let nodes: readonly Node[] = [];
    return {
      update(updated) {
        nodes = updated;
      },
      pick: (now) => betterOfTwo(nodes, random, loadOf, now),
      ended(node: Node, elapsedMs: number, outcome: Outcome, now: number) {
        if (outcome === 'success') observe(node, elapsedMs, now);
        // It would have taken longer still: a bound from below, and worth nothing under the cost.
        else if (outcome === 'canceled') {
          if (elapsedMs > costOf(node, now)) observe(node, elapsedMs, now);
        } else observe(node, Math.max(elapsedMs, penaltyMs), now);
      },
    };
  };
}
