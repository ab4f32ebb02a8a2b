/** A timer that was started; cancelling it twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** The clock of one process. Wall time may be wrong and may step; monotonic time never goes back. */
export interface Clock {
  /** Milliseconds since the epoch by this machine's own wall clock (integer). */
  wallMs(): number;
  /** Microseconds since the epoch by this machine's own wall clock (integer). */
  wallUs(): number;
  /** Milliseconds since some start, never going back, unaffected by steps of the wall clock. */
  monotonicMs(): number;
  /** Resolves after `durationMs` of monotonic time. Never rejects. */
  sleep(durationMs: number): Promise<void>;
  /** Calls back once after `durationMs` of monotonic time. */
  after(durationMs: number, callback: () => void): Timer;
  /** Calls back every `periodMs`, first after one period. */
  every(periodMs: number, callback: () => void): Timer;
}
