import type { Kernel } from '../kernel/index.ts';
import type { WorldEvent } from './world-event.ts';

export type EventKind = WorldEvent['kind'];
export type EventOf<K extends EventKind> = Extract<WorldEvent, { readonly kind: K }>;

/** `source` is the process, tool or `chaos` that said it. */
export type Observer<K extends EventKind> = (event: EventOf<K>, timeUs: number, source: string) => void;

type AnyObserver = (event: WorldEvent, timeUs: number, source: string) => void;

/**
 * All that happened, as typed events in order, handed to whoever watches and kept by nobody. Each event goes into the
 * fingerprint, field by field.
 */
export class History {
  readonly #kernel: Kernel;
  readonly #observers = new Map<EventKind, AnyObserver[]>();
  readonly #watchers: AnyObserver[] = [];
  recorded = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  on<K extends EventKind>(kind: K, observer: Observer<K>): void {
    const observers = this.#observers.get(kind);
    if (observers === undefined) this.#observers.set(kind, [observer as AnyObserver]);
    else observers.push(observer as AnyObserver);
  }

  /** Sees every event, after those who asked for its kind. */
  onAny(watcher: AnyObserver): void {
    this.#watchers.push(watcher);
  }

  record(source: string, event: WorldEvent): void {
    this.recorded++;
    this.#fold(event);
    const timeUs = this.#kernel.nowUs;
    const observers = this.#observers.get(event.kind);
    if (observers !== undefined) for (const observer of observers) observer(event, timeUs, source);
    for (const watcher of this.#watchers) watcher(event, timeUs, source);
  }

  #fold(event: WorldEvent): void {
    for (const key in event) this.#foldValue(event[key as keyof WorldEvent]);
  }

  #foldValue(value: unknown): void {
    const fingerprint = this.#kernel.fingerprint;
    switch (typeof value) {
      case 'string':
        fingerprint.foldText(value);
        break;
      case 'number':
        fingerprint.foldNumber(value);
        break;
      case 'boolean':
        fingerprint.foldInteger(value ? 1 : 0);
        break;
      case 'object':
        this.#foldEntries(value);
        break;
      case 'undefined':
      case 'bigint':
      case 'symbol':
      case 'function':
        fingerprint.foldInteger(7);
        break;
    }
  }

  #foldEntries(value: object | null): void {
    const entries = Object.entries(value ?? {});
    this.#kernel.fingerprint.foldInteger(entries.length);
    for (const [key, entry] of entries) {
      this.#kernel.fingerprint.foldText(key);
      this.#foldValue(entry);
    }
  }
}
