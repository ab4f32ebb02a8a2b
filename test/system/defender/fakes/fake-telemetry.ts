import type { SystemEvent } from '../../../../system/ports/system-event.ts';
import type { Telemetry } from '../../../../system/ports/telemetry.ts';
import type { VirtualTime } from './virtual-time.ts';

export type TimedEvent = SystemEvent & { readonly atMs: number };

/** Keeps every event with its time; one for a whole cluster. */
export class FakeTelemetry implements Telemetry {
  readonly events: TimedEvent[] = [];
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  counter(): { add(amount: number): void } {
    return { add: () => undefined };
  }

  gauge(): { set(value: number): void } {
    return { set: () => undefined };
  }

  histogram(): { observe(value: number): void } {
    return { observe: () => undefined };
  }

  event(event: SystemEvent): void {
    this.events.push({ ...event, atMs: this.#time.nowMs });
  }

  of<K extends SystemEvent['kind']>(kind: K): (TimedEvent & { readonly kind: K })[] {
    return this.events.filter((event): event is TimedEvent & { readonly kind: K } => event.kind === kind);
  }
}
