import type { Job } from './job.ts';

/** The receiver of what may happen only once for a job: an alarm, an interlock. */
export class Effects {
  readonly #counts = new Map<string, number>();
  readonly #fences = new Map<string, number>();

  /** With a fence it takes one effect a job, and none from a holder that was overtaken. */
  add(job: Job, fence?: number): void {
    const name = nameOf(job);
    if (fence !== undefined) {
      const known = this.#fences.get(name);
      if (known !== undefined) return;
      this.#fences.set(name, fence);
    }
    this.#counts.set(name, this.count(job) + 1);
  }

  count(job: Job): number {
    return this.#counts.get(nameOf(job)) ?? 0;
  }
}

function nameOf(job: Job): string {
  return `${job.context}/${job.version}/${job.round}`;
}
