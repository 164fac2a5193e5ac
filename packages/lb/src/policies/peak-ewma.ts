import { checkNumber } from '@fairlead/endpoint';
import type { Node } from '../node.ts';
import type { Outcome } from '../outcome.ts';
import type { PolicyFactory } from '../policy.ts';
import { twoChoices } from './two-choices.ts';

/** How `peakEwma` weighs what it has seen. */
export interface PeakEwmaOptions {
  /** How long what was seen counts, in milliseconds: after this, 37 % of it is left. Default 10 000. */
  readonly decayMs?: number | undefined;
  /** What a call is taken to cost before any was answered, in milliseconds. Default 30. */
  readonly initialMs?: number | undefined;
  /** What a failed call costs at least, in milliseconds, so that an instance which fails fast draws no calls. Default 1000. */
  readonly penaltyMs?: number | undefined;
}

/** How much dearer an instance is that has a call but has not yet answered any: more than any that has. */
const unproven = 2 ** 40;

/** What is cheaper by less than this is as dear: so the weights count, and no noise is run after. */
const margin = 0.1;

/** How much one answer counts in what is usual. */
const novelty = 0.02;

/** After how many times as long as it took a first call that was slow is followed by another. */
const patience = 10;

/**
 * The default. Of two instances at random the one where a call costs less, by a tenth at least: the latency seen lately,
 * times the calls that are waiting there, for its weight. A slow answer counts at once and in full
 * (the peak), fast ones win it back by and by (an exponentially weighted moving average); a failure
 * counts as a very slow answer; what is not seen again fades to what is usual among all. An instance that
 * is new is taken for a usual one, gets one call, and more when it has answered; where that was slow, as
 * is a call that opens a connection, it gets another one soon, and is believed then. The algorithm is Finagle's; there and in Linkerd a cost fades to nothing or to a fixed value.
 */
export function peakEwma(options: PeakEwmaOptions = {}): PolicyFactory {
  const decayMs = checkNumber('decayMs', options.decayMs ?? 10_000, { min: 1 });
  const initialMs = checkNumber('initialMs', options.initialMs ?? 30);
  const penaltyMs = checkNumber('penaltyMs', options.penaltyMs ?? 1000);

  return ({ random }) => {
    const { update, pick } = twoChoices(random, loadOf, margin);
    /** What an answer takes lately, of whichever instance: calls go to the good ones. */
    let usualMs = initialMs;
    let isUsualKnown = false;

    /** What is not confirmed fades. */
    function costOf(node: Node, now: number): number {
      if (node.stamp === undefined) return usualMs;
      const idleMs = now - node.stamp;
      if (idleMs <= 0) return node.cost;
      if (node.isDoubtful && idleMs > node.cost * patience) return usualMs;
      return usualMs + (node.cost - usualMs) * Math.exp(-idleMs / decayMs);
    }

    function loadOf(node: Node, now: number): number {
      const { pending, weight, stamp, isDoubtful } = node;
      if ((stamp === undefined || isDoubtful) && pending > 0) {
        return (unproven * (pending + 1)) / weight;
      }
      return weight === 0 ? Infinity : costOf(node, now) * (pending / weight + 1);
    }

    function observe(node: Node, elapsedMs: number, now: number): void {
      const { stamp, cost, isDoubtful } = node;
      const isFirst = stamp === undefined || isDoubtful;
      const share = isFirst ? 0 : Math.exp(-Math.max(0, now - stamp) / decayMs);
      const isPeak = isFirst || elapsedMs > costOf(node, now);
      node.cost = isPeak ? elapsedMs : cost * share + elapsedMs * (1 - share);
      node.stamp = stamp === undefined ? now : Math.max(stamp, now);
      node.isDoubtful = false;
    }

    /** Of a call that did not fail: the first may have opened a connection, or met code that was cold. */
    function answered(node: Node, elapsedMs: number, now: number): void {
      const isDoubtful = node.stamp === undefined && elapsedMs > costOf(node, now);
      observe(node, elapsedMs, now);
      node.isDoubtful = isDoubtful;
    }

    function learnUsual(elapsedMs: number): void {
      usualMs = isUsualKnown ? usualMs * (1 - novelty) + elapsedMs * novelty : elapsedMs;
      isUsualKnown = true;
    }

    return {
      update,
      pick,
      ended(node: Node, elapsedMs: number, outcome: Outcome, now: number) {
        if (outcome === 'success') {
          answered(node, elapsedMs, now);
          if (!node.isDoubtful) learnUsual(elapsedMs);
        }
        // It would have taken longer still: a bound from below, and worth nothing under the cost.
        else if (outcome === 'canceled') {
          if (elapsedMs > costOf(node, now)) answered(node, elapsedMs, now);
        } else observe(node, Math.max(elapsedMs, penaltyMs), now);
      },
    };
  };
}
