/**
 * sony/gobreaker's machine as its source states it, with the settings that the property test draws: plain, slow, and
 * written without a look at ours.
 */
export class GobreakerModel {
  state: 'closed' | 'open' | 'half_open' = 'closed';
  generation = 0;
  requests = 0;
  successes = 0;
  failures = 0;
  exclusions = 0;
  consecutiveSuccesses = 0;
  consecutiveFailures = 0;
  /** undefined for Go's zero time: it never comes. */
  private expiry: number | undefined;
  private readonly settings: ModelSettings;

  constructor(settings: ModelSettings, now: number) {
    this.settings = settings;
    this.newGeneration(now);
  }

  /** The generation of a call that may go; what it is refused with otherwise. */
  before(now: number): number | 'circuit breaker is open' | 'too many requests' {
    this.current(now);
    if (this.state === 'open') return 'circuit breaker is open';
    const taken = this.requests - this.exclusions;
    if (this.state === 'half_open' && taken >= this.settings.maxRequests) {
      return 'too many requests';
    }
    this.requests++;
    return this.generation;
  }

  after(generation: number, end: 'success' | 'failure' | 'excluded', now: number): void {
    this.current(now);
    if (generation !== this.generation) return;
    if (end === 'excluded') this.exclusions++;
    else if (end === 'success') this.onSuccess(now);
    else this.onFailure(now);
  }

  current(now: number): void {
    const isExpired = this.expiry !== undefined && this.expiry < now;
    if (this.state === 'closed' && isExpired) this.newGeneration(now);
    else if (this.state === 'open' && isExpired) this.setState('half_open', now);
  }

  private onSuccess(now: number): void {
    this.successes++;
    this.consecutiveSuccesses++;
    this.consecutiveFailures = 0;
    const enough = this.consecutiveSuccesses >= this.settings.maxRequests;
    if (this.state === 'half_open' && enough) this.setState('closed', now);
  }

  private onFailure(now: number): void {
    if (this.state === 'half_open') {
      this.setState('open', now);
      return;
    }
    this.failures++;
    this.consecutiveFailures++;
    this.consecutiveSuccesses = 0;
    if (this.consecutiveFailures >= this.settings.tripAt) this.setState('open', now);
  }

  private setState(state: GobreakerModel['state'], now: number): void {
    this.state = state;
    this.newGeneration(now);
  }

  private newGeneration(now: number): void {
    const { intervalMs, timeoutMs } = this.settings;
    this.generation++;
    this.requests = 0;
    this.successes = 0;
    this.failures = 0;
    this.exclusions = 0;
    this.consecutiveSuccesses = 0;
    this.consecutiveFailures = 0;
    if (this.state === 'closed') this.expiry = intervalMs === 0 ? undefined : now + intervalMs;
    else this.expiry = this.state === 'open' ? now + timeoutMs : undefined;
  }
}

/** The settings that matter to the model. */
export interface ModelSettings {
  readonly maxRequests: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly tripAt: number;
}
