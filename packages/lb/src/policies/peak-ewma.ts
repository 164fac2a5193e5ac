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

/** The stamp of a node none of whose calls has ended. */
const never = -Infinity;

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

    /**
     * Which share is left of what was seen: e to the power of minus the idle time. Where calls are frequent that
     * is short, and five terms of the series take a fifth of the time of `Math.exp`; their error is below 1e-7.
     */
    function leftOf({ stamp, cost, isDoubtful }: Node, now: number): number {
      if (now <= stamp) return 1;
      if (isDoubtful && now - stamp > cost * patience) return 0;
      const x = (now - stamp) / decayMs;
      return x < 0.1 ? 1 - x * (1 - x * (1 / 2 - x * (1 / 6 - x / 24))) : Math.exp(-x);
    }

    /** What is not confirmed fades to what is usual. */
    function costOf(node: Node, now: number): number {
      return usualMs + (node.cost - usualMs) * leftOf(node, now);
    }

    function loadOf(node: Node, now: number): number {
      const { pending, weight, stamp, isDoubtful } = node;
      if (pending > 0 && (isDoubtful || stamp === never)) {
        return (unproven * (pending + 1)) / weight;
      }
      return weight === 0 ? Infinity : costOf(node, now) * (pending / weight + 1);
    }

    function observe(node: Node, elapsedMs: number, now: number): void {
      const { cost, stamp } = node;
      const left = leftOf(node, now);
      const isFirst = stamp === never || node.isDoubtful;
      const isPeak = isFirst || elapsedMs > usualMs + (cost - usualMs) * left;
      node.cost = isPeak ? elapsedMs : cost * left + elapsedMs * (1 - left);
      node.stamp = Math.max(stamp, now);
      node.isDoubtful = false;
    }

    /** Of a call that did not fail: the first may have opened a connection, or met code that was cold. */
    function answered(node: Node, elapsedMs: number, now: number): void {
      const isDoubtful = node.stamp === never && elapsedMs > usualMs;
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
