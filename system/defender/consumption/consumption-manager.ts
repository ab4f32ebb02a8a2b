import { BackOff, passPortError } from '../retry.ts';
import type { Subscription } from '../units.ts';
import type { HistoryCache } from '../cache/history-cache.ts';
import { UnitConsumer } from './unit-consumer.ts';
import type { ConsumerContext } from './unit-consumer.ts';

/** How often the drain looks whether work is left. */
const drainPollMs = 50;

const nobody: ReadonlySet<string> = new Set();

/** The units this Defender owns, each with its consumer; follows the map and lets go at the end. */
export class ConsumptionManager {
  readonly #context: ConsumerContext;
  readonly #cache: HistoryCache;
  readonly #consumers = new Map<string, UnitConsumer>();
  /** Let go while something was still in work. */
  readonly #ending = new Set<UnitConsumer>();
  readonly #toBind: UnitConsumer[] = [];
  #binders = 0;
  #isStopped = false;

  constructor(context: Omit<ConsumerContext, 'busy' | 'rebind'>, cache: HistoryCache) {
    this.#cache = cache;
    this.#context = {
      ...context,
      busy: new Set(),
      rebind: (consumer) => {
        this.#bindLater(consumer);
      },
    };
  }

  get units(): number {
    return this.#consumers.size;
  }

  /** Completions in work, or waiting for a slot. */
  get inFlight(): number {
    let inFlight = 0;
    for (const consumer of this.#consumers.values()) inFlight += consumer.inFlight;
    for (const consumer of this.#ending) inFlight += consumer.inFlight;
    return inFlight;
  }

  /** Owns exactly these units from now on, as one of these members. Does nothing while the process drains (defender §7). */
  own(units: readonly Subscription[], members: ReadonlySet<string>): void {
    if (this.#isStopped) return;
    this.#context.source.follow(members);
    const wanted = new Set(units.map(({ unit }) => unit));
    for (const [unit, consumer] of this.#consumers) {
      if (wanted.has(unit)) continue;
      this.#consumers.delete(unit);
      this.#cache.dropUnit(unit);
      if (consumer.inFlight > 0) this.#ending.add(consumer);
      void consumer.release();
    }
    for (const unit of units) {
      if (this.#consumers.has(unit.unit)) continue;
      const consumer = new UnitConsumer(unit, this.#context);
      this.#consumers.set(unit.unit, consumer);
      this.#bindLater(consumer);
    }
  }

  /** On every beat: long work is made known, work of units let go is forgotten when it is done. */
  beat(nowMs: number): void {
    for (const consumer of this.#context.busy) consumer.signalProgress(nowMs);
    for (const consumer of this.#ending) {
      if (consumer.inFlight === 0) this.#ending.delete(consumer);
    }
  }

  /** The id is another's: everything stops at once and is given back (defender §2). */
  abandon(): void {
    this.abort();
    this.#context.source.abandon();
    this.own([], nobody);
    this.#cache.clear();
  }

  /** What is still in work stops at its next step and is given back. */
  abort(): void {
    for (const consumer of this.#consumers.values()) consumer.abort();
    for (const consumer of this.#ending) consumer.abort();
  }

  /** Takes no more work and gives back what has not begun. The promise is that of all pulls being withdrawn. */
  stopAccepting(): Promise<unknown> {
    this.#isStopped = true;
    return Promise.all([...this.#consumers.values()].map((consumer) => consumer.release()));
  }

  /** Resolves when nothing is in work, or after `limitMs`. */
  async drain(limitMs: number): Promise<void> {
    const { clock } = this.#context.ports;
    const startedMs = clock.monotonicMs();
    while (this.inFlight > 0 && clock.monotonicMs() - startedMs < limitMs) await clock.sleep(drainPollMs);
  }

  #bindLater(consumer: UnitConsumer): void {
    this.#toBind.push(consumer);
    if (this.#binders < this.#context.source.bindConcurrency) void this.#bindAll();
  }

  async #bindAll(): Promise<void> {
    this.#binders++;
    for (let consumer = this.#toBind.shift(); consumer !== undefined; consumer = this.#toBind.shift()) {
      await this.#bind(consumer);
    }
    this.#binders--;
  }

  async #bind(consumer: UnitConsumer): Promise<void> {
    const { ports, settings } = this.#context;
    const backOff = new BackOff(ports.random, settings.retryMinMs, settings.retryMaxMs);
    while (!consumer.isReleased && !this.#isStopped) {
      try {
        await consumer.bind();
        return;
      } catch (error) {
        passPortError(error);
        await ports.clock.sleep(backOff.nextMs());
      }
    }
  }
}
