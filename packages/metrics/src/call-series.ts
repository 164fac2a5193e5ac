import { checkNumber, type Operation } from '@fairlead/endpoint';
import type { Exemplar, Gauge, Histogram, Labeled, Labels } from './instruments.ts';
import type { Meter } from './meter.ts';
import { other } from './series.ts';

/** How the metrics of calls are named and limited. */
export interface CallSeriesOptions {
  /** What the names begin with, before `_server_` and `_client_`. Default `fairlead`. */
  readonly prefix?: string | undefined;
  /** The upper bounds of the buckets, in seconds, rising. Default: `durationBuckets`. */
  readonly buckets?: readonly number[] | undefined;
  /** The most operations that have labels of their own; those beyond are counted as `other`. Default 500. */
  readonly maxOperations?: number | undefined;
}

type Side = Operation['side'];
type Name = 'transport' | 'service' | 'method';
type Target = Pick<Operation, 'side' | Name>;

/** The metrics of the calls of one side. */
interface SideMetrics {
  readonly durations: Labeled<Name | 'code', Histogram>;
  readonly inFlight: Labeled<Name, Gauge>;
  readonly known: Map<string, CallSeries>;
}

const unknown: Target = { side: 'server', transport: '', service: '', method: '' };

/** The metrics of one operation, bound: what a call does is to find a number and add to it. */
export class CallSeries {
  private readonly target: Target;
  private readonly labels: Labels<Name>;
  private readonly inFlight: Gauge;
  private readonly durations: SideMetrics['durations'];
  private readonly byCode = new Map<string, Histogram>();

  constructor(target: Target, { durations, inFlight }: SideMetrics) {
    const { transport, service, method } = target;
    this.target = target;
    this.labels = { transport, service, method };
    this.inFlight = inFlight.with(this.labels);
    this.durations = durations;
  }

  isOf(target: Operation | undefined): boolean {
    const { side, transport, service, method } = target ?? unknown;
    const own = this.target;
    return (
      own.method === method &&
      own.service === service &&
      own.transport === transport &&
      own.side === side
    );
  }

  begin(): void {
    this.inFlight.add(1);
  }

  end(code: string, seconds: number, exemplar?: Exemplar): void {
    this.inFlight.add(-1);
    this.observe(code, seconds, exemplar);
  }

  /** Counts a call that has not begun. */
  refuse(code: string): void {
    this.observe(code, 0);
  }

  private observe(code: string, seconds: number, exemplar?: Exemplar): void {
    let durations = this.byCode.get(code);
    if (durations === undefined) {
      durations = this.durations.with({ ...this.labels, code });
      this.byCode.set(code, durations);
    }
    durations.observe(seconds, exemplar);
  }
}

/** The metrics of calls of one meter; what it returns finds those of an operation. */
export function callSeries(
  meter: Meter,
  options: CallSeriesOptions,
): (target: Operation | undefined) => CallSeries {
  const { maxOperations = 500 } = options;
  checkNumber('maxOperations', maxOperations, { min: 1, integer: true });
  const sides = {
    server: sideOf(meter, 'server', options),
    client: sideOf(meter, 'client', options),
  };

  return (target) => {
    const { side, transport, service, method } = target ?? unknown;
    const { known } = sides[side];
    const key = JSON.stringify([transport, service, method]);
    const found = known.get(key) ?? (known.size < maxOperations ? undefined : known.get(rest));
    if (found !== undefined) return found;
    const isFull = known.size >= maxOperations;
    const own = isFull
      ? { transport: other, service: other, method: other }
      : { transport, service, method };
    const made = new CallSeries({ side, ...own }, sides[side]);
    known.set(isFull ? rest : key, made);
    return made;
  };
}

/** The key of what stands for the operations beyond the limit. */
const rest = 'the rest';

function sideOf(
  meter: Meter,
  side: Side,
  { prefix = 'fairlead', buckets }: CallSeriesOptions,
): SideMetrics {
  const labels = ['transport', 'service', 'method'] as const;
  const durations = meter.histogram({
    name: `${prefix}_${side}_call_duration_seconds`,
    help: `How long calls of this ${side} took, by how they ended.`,
    labels: [...labels, 'code'],
    buckets,
  });
  const inFlight = meter.gauge({
    name: `${prefix}_${side}_calls_in_flight`,
    help: `How many calls of this ${side} have begun and not ended.`,
    labels,
  });
  return { durations, inFlight, known: new Map() };
}
