import type { EventHandle, Kernel } from '../kernel/index.ts';
import type { ProbeSpec } from './deployment-spec.ts';

/** What the process behind a probe does with it now. */
export type ProbeAnswer = 'success' | 'failure' | 'silence';

const never = Infinity;

/**
 * One probe of a kubelet on one container (delivery 70). While the answer does not change there are no events: the
 * instant at which the kubelet sees a change is computed from the period when the change happens.
 */
export class Probe {
  readonly #kernel: Kernel;
  readonly #spec: ProbeSpec;
  readonly #onResult: (successful: boolean) => void;
  readonly #firstUs: number;
  #answer: ProbeAnswer;
  #result: boolean;
  /** The probe that saw the first failure of the present row. */
  #firstFailing = never;
  /** The last probe that changed the kubelet's opinion. */
  #lastSeen = -1;
  /** The next probe at the time the answer last turned into success: a row ends only if that probe was sent. */
  #nextAtRecovery = 0;
  #pending: EventHandle = -1;
  #stopped = false;

  /** `onResult` runs when the kubelet's opinion changes; it starts as `answer` says, without a call. */
  constructor(kernel: Kernel, spec: ProbeSpec, answer: boolean, onResult: (successful: boolean) => void) {
    this.#kernel = kernel;
    this.#spec = spec;
    this.#onResult = onResult;
    this.#firstUs = kernel.nowUs + spec.initialDelayMs * 1000;
    this.#answer = answer ? 'success' : 'failure';
    this.#result = answer;
    if (!answer) this.#firstFailing = 0;
  }

  /** The process answers otherwise from now on. */
  answer(answer: ProbeAnswer): void {
    if (answer === this.#answer || this.#stopped) return;
    const wasSuccess = this.#answer === 'success';
    this.#answer = answer;
    const next = this.#nextProbe();
    if (answer === 'success') this.#nextAtRecovery = next;
    else if (wasSuccess && !(this.#firstFailing < next && this.#nextAtRecovery === next))
      this.#firstFailing = next;
    this.#kernel.cancel(this.#pending);
    this.#pending = -1;
    if ((answer === 'success') !== this.#result) this.#schedule(next);
  }

  stop(): void {
    this.#stopped = true;
    this.#kernel.cancel(this.#pending);
    this.#pending = -1;
  }

  #schedule(next: number): void {
    const seen =
      this.#answer === 'success'
        ? next
        : Math.max(next, this.#firstFailing + this.#spec.failureThreshold - 1);
    const waitUs = this.#answer === 'silence' ? this.#spec.timeoutMs * 1000 : 0;
    const atUs = this.#firstUs + seen * this.#spec.periodMs * 1000 + waitUs;
    this.#pending = this.#kernel.at(atUs, Probe.#see, this, seen);
  }

  /** Number of the first probe that is not yet sent. */
  #nextProbe(): number {
    const sinceFirstUs = this.#kernel.nowUs - this.#firstUs;
    return Math.max(0, this.#lastSeen + 1, Math.ceil(sinceFirstUs / (this.#spec.periodMs * 1000)));
  }

  static #see(probe: Probe, seen: number): void {
    probe.#pending = -1;
    probe.#lastSeen = seen;
    probe.#result = probe.#answer === 'success';
    probe.#onResult(probe.#result);
  }
}
