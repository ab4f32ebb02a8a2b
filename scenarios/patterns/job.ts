/** One piece of work that a message asks for: a result that is a pure function of it, stored under a key that is, too. */
export interface Job {
  /** The key. */
  readonly context: number;
  /** Of the input: a later one replaces an earlier one's result. */
  readonly version: number;
  /** The work is asked for anew, after it was withdrawn. */
  readonly round: number;
  readonly eventEndUs: number;
  /** How long the result is kept, counted from the event. */
  readonly retentionSeconds: number;
}

/** A result has two parts, so that a mixture of two results can be told. */
export interface Result {
  readonly value: string;
  readonly detail: string;
}

export function resultOf(job: Job, format: number): Result {
  // Two workers that print numbers differently: which print is larger depends on the part.
  return format === 0
    ? { value: `${job.version}:1.0`, detail: `${job.version}:20` }
    : { value: `${job.version}:1`, detail: `${job.version}:20.0` };
}

export function versionOf(part: string): number {
  return Number.parseInt(part, 10);
}

/** True where both parts come from one computation. */
export function isWhole(seen: Result, job: Job): boolean {
  return [0, 1].some((format) => {
    const { value, detail } = resultOf({ ...job, version: versionOf(seen.value) }, format);
    return seen.value === value && seen.detail === detail;
  });
}
