import { completionStream } from '../../ports/completion.ts';
import type { Clock } from '../../ports/clock.ts';
import { PortError } from '../../ports/errors.ts';
import type { Consumption, DeliveredMessage, JetStream } from '../../ports/jetstream.ts';
import { hasCode, passPortError } from '../retry.ts';
import type { DefenderSettings } from '../settings.ts';
import type { StateMachine } from '../state.ts';
import type { Subscription } from '../units.ts';
import type { UnitBinding, UnitHandlers, UnitSource } from './unit-source.ts';

type ConsumerCalls = Pick<JetStream, 'ensureConsumer' | 'deleteConsumer' | 'consumerNames' | 'consume'>;

/** More subjects than this in one consumer are refused (defender §5). */
const mostSubjects = 500;
const prefix = 'defender-filtered-';
const drainPollMs = 50;
/** What comes for a unit that is being let go is its next owner's; until that one asks for it, it goes round. */
const notOursDelayMs = 1_000;

/**
 * One durable a member, whose filters follow the map (defender §5, the library's later choice). On a work queue a subject
 * has one consumer: the new owner is refused until the old one has finished what it has in work and let go, and what a
 * member that is gone has left behind is removed by whoever it is in the way of.
 *
 * Adding a subject to a durable passes over all of it that lies before the cursor (jetstream §4.8), so after the filter
 * was accepted the durable is made anew, which begins with everything that is unacknowledged. `filterChange: 'edit'` leaves
 * that out, as its designers did.
 */
export class FilteredDurable implements UnitSource {
  readonly bindConcurrency = mostSubjects;
  readonly #clock: Clock;
  readonly #jetStream: ConsumerCalls;
  readonly #settings: DefenderSettings;
  readonly #state: StateMachine;
  /** By subject. */
  #wanted = new Map<string, UnitHandlers>();
  /** Of them, those that are being let go. */
  readonly #leaving = new Set<string>();
  /** What the durable's filter holds. */
  #held: ReadonlySet<string> = new Set();
  /** Subjects were added since the durable was made: its cursor is beyond what they had waiting. */
  #isPastBacklog = false;
  #members: ReadonlySet<string> = new Set();
  #consumption: Consumption | undefined;
  /** One change at a time; what is asked for meanwhile is one more. */
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(clock: Clock, jetStream: ConsumerCalls, settings: DefenderSettings, state: StateMachine) {
    this.#clock = clock;
    this.#jetStream = jetStream;
    this.#settings = settings;
    this.#state = state;
  }

  follow(members: ReadonlySet<string>): void {
    this.#members = members;
  }

  abandon(): void {
    this.#wanted = new Map();
    this.#leaving.clear();
    this.#held = new Set();
    void this.#pause();
  }

  async bind({ subject }: Subscription, handlers: UnitHandlers): Promise<UnitBinding | undefined> {
    if (this.#wanted.size >= mostSubjects) {
      throw new PortError(`one consumer takes at most ${mostSubjects} subjects`, 'conflict');
    }
    this.#wanted.set(subject, handlers);
    this.#leaving.delete(subject);
    try {
      await this.#change();
    } catch (error) {
      if (this.#wanted.get(subject) === handlers) this.#wanted.delete(subject);
      throw error;
    }
    if (handlers.isReleased()) {
      await this.#letGo(subject, handlers);
      return undefined;
    }
    return { stop: () => this.#letGo(subject, handlers) };
  }

  async #letGo(subject: string, handlers: UnitHandlers): Promise<void> {
    if (this.#wanted.get(subject) !== handlers) return;
    this.#leaving.add(subject);
    const startedMs = this.#clock.monotonicMs();
    while (handlers.inFlight() > 0 && this.#clock.monotonicMs() - startedMs < this.#settings.drainMs) {
      await this.#clock.sleep(drainPollMs);
    }
    if (this.#wanted.get(subject) !== handlers) return;
    this.#wanted.delete(subject);
    this.#leaving.delete(subject);
    try {
      await this.#change();
    } catch (error) {
      // The next change takes it out, or whoever finds this member gone.
      passPortError(error);
    }
  }

  #change(): Promise<void> {
    if (this.#next === undefined) {
      this.#next = this.#running.then(() => {
        this.#next = undefined;
        return this.#store();
      });
      this.#running = this.#next.catch(passPortError);
    }
    return this.#next;
  }

  async #store(): Promise<void> {
    const { defenderId } = this.#state;
    const wanted = this.#wanted;
    const subjects = [...wanted.keys()];
    if (defenderId === '') return;
    const durable = `${prefix}${defenderId}`;
    if (subjects.length === 0) {
      if (this.#held.size > 0) await this.#remove(durable);
      return;
    }
    const isChanged = subjects.length !== this.#held.size || subjects.some((one) => !this.#held.has(one));
    if (isChanged) await this.#edit(durable, subjects);
    if (this.#wanted !== wanted) return;
    if (this.#isPastBacklog && this.#settings.filterChange === 'renew') {
      await this.#remove(durable);
      await this.#edit(durable, subjects);
    }
    this.#isPastBacklog = false;
    if (this.#wanted === wanted) this.#pull(durable);
  }

  async #edit(durable: string, subjects: readonly string[]): Promise<void> {
    const { ackWaitMs } = this.#settings;
    try {
      await this.#jetStream.ensureConsumer(completionStream, {
        durable,
        filterSubjects: subjects,
        ackWaitMs,
        maxDeliver: -1,
        maxAckPending: mostSubjects,
        replicas: 3,
      });
    } catch (error) {
      if (hasCode(error, 'conflict')) await this.#clearTheWay();
      throw error;
    }
    this.#isPastBacklog ||= subjects.some((one) => !this.#held.has(one));
    this.#held = new Set(subjects);
  }

  /** Another durable holds a subject: its member may be none any more. */
  async #clearTheWay(): Promise<void> {
    const names = await this.#jetStream.consumerNames(completionStream);
    for (const name of names) {
      if (!name.startsWith(prefix) || this.#members.has(name.slice(prefix.length))) continue;
      await this.#delete(name);
    }
  }

  async #remove(durable: string): Promise<void> {
    await this.#pause();
    await this.#delete(durable);
    this.#held = new Set();
  }

  async #delete(durable: string): Promise<void> {
    try {
      await this.#jetStream.deleteConsumer(completionStream, durable);
    } catch (error) {
      if (!hasCode(error, 'not-found')) throw error;
    }
  }

  async #pause(): Promise<void> {
    const consumption = this.#consumption;
    this.#consumption = undefined;
    await consumption?.stop();
  }

  #pull(durable: string): void {
    const { maxConcurrent, pullExpiresMs } = this.#settings;
    this.#consumption ??= this.#jetStream.consume(
      completionStream,
      durable,
      { maxMessages: maxConcurrent, expiresMs: pullExpiresMs },
      {
        message: (message) => {
          this.#pass(message);
        },
        missing: () => {
          this.#missing();
        },
      },
    );
  }

  #pass(message: DeliveredMessage): void {
    const { subject } = message;
    const handlers = this.#leaving.has(subject) ? undefined : this.#wanted.get(subject);
    if (handlers === undefined) message.nak(notOursDelayMs);
    else handlers.message(message);
  }

  #missing(): void {
    const bound = [...this.#wanted.values()];
    this.#consumption = undefined;
    this.#held = new Set();
    this.#wanted = new Map();
    for (const handlers of bound) handlers.missing();
  }
}
