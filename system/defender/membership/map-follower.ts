import type { Clock } from '../../ports/clock.ts';
import type { KeyValue, KeyValueEntry, KeyValueWatch } from '../../ports/key-value.ts';
import { decodeMap } from '../assignment/assignment-map.ts';
import type { AssignmentMap } from '../assignment/assignment-map.ts';
import { assignmentKey } from '../names.ts';
import type { DefenderSettings } from '../settings.ts';

/**
 * The map a member goes by: the newest it has seen, by a watch and, because a watch can stop in silence, by reading it
 * anew now and then (defender §7). A map with a lower term than one seen before is refused.
 */
export class MapFollower {
  readonly #settings: DefenderSettings;
  readonly #clock: Clock;
  readonly #bucket: KeyValue;
  readonly #changed: (map: AssignmentMap) => void;
  #watch: KeyValueWatch | undefined;
  #current: AssignmentMap | undefined;
  #seenRevision = 0;
  #confirmedAtMs: number;

  constructor(
    settings: DefenderSettings,
    clock: Clock,
    bucket: KeyValue,
    changed: (map: AssignmentMap) => void,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#confirmedAtMs = clock.monotonicMs();
    this.#bucket = bucket;
    this.#changed = changed;
  }

  get current(): AssignmentMap | undefined {
    return this.#current;
  }

  /** Monotonic time at which the bucket last told what the map is. */
  get confirmedAtMs(): number {
    return this.#confirmedAtMs;
  }

  start(): void {
    this.#watch = this.#bucket.watch({
      entry: (entry) => {
        this.#observe(entry);
      },
    });
  }

  stop(): void {
    this.#watch?.stop();
  }

  /** Reads the map now. Rejects as `KeyValue.get` does. */
  async read(): Promise<AssignmentMap | undefined> {
    const entry = await this.#bucket.get(assignmentKey);
    this.#confirmedAtMs = this.#clock.monotonicMs();
    if (entry !== undefined) this.#observe(entry);
    return this.#current;
  }

  #observe(entry: KeyValueEntry): void {
    if (entry.key !== assignmentKey || entry.operation === 'delete') return;
    this.#confirmedAtMs = this.#clock.monotonicMs();
    if (entry.revision === this.#seenRevision) return;
    this.#seenRevision = entry.revision;
    const candidate = decodeMap(entry.value);
    if (candidate === undefined || !this.#settings.policies.acceptMap(candidate, this.#current)) return;
    this.#current = candidate;
    this.#changed(candidate);
  }
}
