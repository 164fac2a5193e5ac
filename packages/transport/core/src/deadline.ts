/**
 * The text of a `grpc-timeout`: at most eight digits and a unit. Rounded down to whole milliseconds
 * (seconds where those do not fit), so that the next hop never gets more time than is left, but
 * never to nothing. The time must be finite.
 */
export function formatGrpcTimeout(remainingMs: number): string {
  const ms = wholeMs(remainingMs);
  return ms < 1e8 ? `${ms}m` : `${Math.min(Math.floor(ms / 1000), 99_999_999)}S`;
}

/** The text of a `connect-timeout-ms`: at most ten digits. Rounded like {@link formatGrpcTimeout}. */
export function formatConnectTimeout(remainingMs: number): string {
  return String(Math.min(wholeMs(remainingMs), 9_999_999_999));
}

function wholeMs(remainingMs: number): number {
  return Math.max(1, Math.floor(remainingMs));
}

const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** The milliseconds that a `grpc-timeout` allows; undefined where the text is not one. */
export function parseGrpcTimeout(text: string): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text);
  const unit = match?.[2];
  return unit === undefined ? undefined : Number(match?.[1]) * (unitMs[unit] ?? Number.NaN);
}

/** The milliseconds that a `connect-timeout-ms` allows; undefined where the text is not one. */
export function parseConnectTimeout(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
