import { History, type EventKind, type EventOf } from '../../../sim/history/history.ts';
import { Kernel } from '../../../sim/kernel/index.ts';
import { event } from '../invariants/events.ts';

/** A history that a test makes up, for an observer to watch. */
export class HistoryBench {
  readonly kernel = new Kernel({ seed: 1n });
  readonly history = new History(this.kernel);

  at(seconds: number): this {
    this.kernel.nowUs = seconds * 1e6;
    return this;
  }

  say<K extends EventKind>(kind: K, fields: Partial<EventOf<K>> = {}): this {
    this.history.record('test', event(kind, fields));
    return this;
  }
}
