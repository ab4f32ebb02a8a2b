import type {
  EffectiveConsumerSettings,
  EffectiveStreamSettings,
} from '../../system/ports/jetstream-management.ts';
import type { ConsumerContext } from './consumer-machine.ts';
import { ConsumerService } from './consumer-service.ts';
import type { Mutations } from './mutations.ts';
import type { ClusterCore } from './cluster-core.ts';
import type { NatsProfile, UnmodelledDefect } from './profile.ts';
import type { RaftGroup } from './raft-group.ts';
import { streamMachineOf, type StreamContext, type StreamMachine } from './stream-machine.ts';
import type { StoredMessage } from './stored-message.ts';
import { SubjectFilter } from './subject-filter.ts';
import { filterCovers, filtersOverlap, subjectMatches, type SubjectTable } from './subjects.ts';

/** A consumer as the meta group knows it. */
export class ConsumerAsset implements ConsumerContext {
  readonly stream: StreamAsset;
  readonly name: string;
  /** Place in the order of creation, for orders that depend on nothing else. */
  readonly number: number;
  settings: EffectiveConsumerSettings;
  filter: SubjectFilter;
  /**
   * Which new messages the stream tells it of: those of its filter; those of its first filter, whatever the filter is
   * now (2.9); or none, since it had a filter and has none now (a defect of 2.12, until it has one again). What it is
   * not told of wakes no pull, is not counted, and counts as wanted by nobody in an interest stream.
   */
  signals: 'filter' | 'first-filter' | 'nothing' = 'filter';
  /** What is counted as pending: wildcards count as such even where they are taken literally. */
  counted: SubjectFilter;
  readonly #first: SubjectFilter;
  /** It was updated since the consumer was made. */
  filterChanged = false;
  #group: RaftGroup | undefined;

  constructor(stream: StreamAsset, settings: EffectiveConsumerSettings, number: number) {
    this.stream = stream;
    this.name = settings.name;
    this.number = number;
    this.settings = settings;
    this.filter = new SubjectFilter(settings.filterSubjects, stream.subjects);
    this.#first = this.filter;
    this.counted = this.filter;
  }

  /** What it hears of, of the stream; undefined: nothing. */
  get heard(): SubjectFilter | undefined {
    switch (this.signals) {
      case 'filter':
        return this.filter;
      case 'first-filter':
        return this.#first;
      case 'nothing':
        return undefined;
    }
  }

  /**
   * Its filter is another one.
   * Not modelled: that a server which starts anew reads the present filter and knows no first one.
   */
  changeFilter(filterSubjects: readonly string[]): void {
    const isOld = this.profile.version === '2.9.10';
    const { subjects } = this.stream;
    // A consumer of 2.9 that was made without wildcards takes them literally for ever.
    this.filter = new SubjectFilter(filterSubjects, subjects, isOld && this.#first.wildcards.length === 0);
    this.counted = new SubjectFilter(filterSubjects, subjects);
    this.signals = isOld ? 'first-filter' : filterSubjects.length === 0 ? 'nothing' : 'filter';
    this.filterChanged = true;
  }

  get isAlone(): boolean {
    return this.group.size === 1;
  }

  get profile(): NatsProfile {
    return this.stream.profile;
  }

  get group(): RaftGroup {
    if (this.#group === undefined) throw new RangeError(`consumer ${this.name} has no group`);
    return this.#group;
  }

  set group(group: RaftGroup) {
    this.#group = group;
  }
}

/** A stream or bucket as the meta group knows it, with its consumers by subject. */
export class StreamAsset implements StreamContext {
  readonly name: string;
  readonly subjects: SubjectTable;
  readonly profile: NatsProfile;
  readonly mutations: Mutations;
  readonly unmodelled: Set<UnmodelledDefect>;
  settings: EffectiveStreamSettings;
  readonly consumers = new Map<string, ConsumerAsset>();
  /** Its replicas answer direct reads. Under 2.9 an update changes that for replicated streams when another leads. */
  servesDirect: boolean;
  /** It never kept messages by limits alone. */
  readonly keptByInterest: boolean;
  /** Consumers that had a filter when they were made, less those that had one when they went: 2.9 looks at filters while there are such. */
  #filtered = 0;
  #group: RaftGroup | undefined;
  /** Consumers of a work queue that the meta group knows and no server runs. */
  readonly #refused = new Set<string>();
  /** By subject number: consumers with that very filter. */
  readonly #byLiteral = new Map<number, ConsumerAsset[]>();
  /** Consumers with patterns, or of the whole stream. */
  #wild: ConsumerAsset[] = [];
  /** Consumers that hear of other messages than their filter wants. */
  #others: ConsumerAsset[] = [];
  /** Consumers that have got another filter: what they were given before may go without their hearing of it. */
  readonly #changed = new Set<ConsumerAsset>();

  constructor(cluster: ClusterCore, settings: EffectiveStreamSettings) {
    this.name = settings.name;
    this.subjects = cluster.subjects;
    this.profile = cluster.profile;
    this.mutations = cluster.mutations;
    this.unmodelled = cluster.unmodelled;
    this.settings = settings;
    this.servesDirect = settings.allowDirect;
    this.keptByInterest = settings.retention !== 'limits';
  }

  get group(): RaftGroup {
    if (this.#group === undefined) throw new RangeError(`stream ${this.name} has no group`);
    return this.#group;
  }

  set group(group: RaftGroup) {
    this.#group = group;
  }

  /** A stream of one replica has no raft group in a real server: all is judged when it is written. */
  get judgesAtApply(): boolean {
    return this.profile.judgesAtApply || this.settings.replicas === 1;
  }

  catchUp(machine: StreamMachine, sequence: number): void {
    const leader = this.group.leader();
    const source = leader === undefined ? undefined : streamMachineOf(leader.machine);
    if (source !== undefined && source !== machine) {
      let message = source.messages.atOrAfter(machine.lastSequence + 1);
      while (message !== undefined && message.sequence <= sequence) {
        machine.copy(message);
        message = message.next;
      }
    }
    machine.lastSequence = sequence;
    machine.expectedLast = sequence;
  }

  /** A replica has lost a message: the leaders of consumers that read it and hear of the subject are told (`storeUpdates`). */
  removed(machine: StreamMachine, { sequence, subject }: StoredMessage): void {
    if (this.consumers.size === 0) return;
    const isOld = this.profile.version === '2.9.10';
    for (const consumer of isOld ? this.consumersOf(subject) : this.listenersOf(subject)) {
      if (consumer.filter.matches(subject)) serviceBeside(consumer, machine)?.messageRemoved(sequence);
    }
    if (isOld) return;
    for (const consumer of this.#changed) {
      if (consumer.heard?.matches(subject) !== true) serviceBeside(consumer, machine)?.messageLost(sequence);
    }
  }

  removedUnheard(machine: StreamMachine, { sequence }: StoredMessage): void {
    for (const consumer of this.consumers.values()) serviceBeside(consumer, machine)?.messageLost(sequence);
  }

  /** A purge removes one by one: a delivery of what is gone counts as terminated. Of 2.9 all consumers hear of it. */
  purgedAlone(machine: StreamMachine, { sequence, subject }: StoredMessage): void {
    const told = this.profile.multiFilter ? this.listenersOf(subject) : this.consumers.values();
    for (const consumer of told) serviceBeside(consumer, machine)?.messageTerminated(sequence);
  }

  /** One message was purged, and is told of as if its subject were what the purge was about. */
  purgedOne(machine: StreamMachine, { sequence }: StoredMessage, pattern: string): void {
    for (const consumer of this.consumers.values()) {
      const service = serviceBeside(consumer, machine);
      const { heard, filter } = consumer;
      const isHeard =
        heard !== undefined &&
        (heard.subjects.length === 0 || heard.subjects.some((own) => subjectMatches(own, pattern)));
      if (!isHeard) {
        service?.messagesPurged(machine, false);
        continue;
      }
      if (filter.subjects.length === 0 || filter.subjects.some((own) => filterCovers(own, pattern)))
        service?.messageRemoved(sequence);
      service?.messageTerminated(sequence);
    }
  }

  purgedMany(machine: StreamMachine): void {
    for (const consumer of this.consumers.values()) {
      serviceBeside(consumer, machine)?.messagesPurged(machine, true);
    }
  }

  /** Some consumer hears of other messages than its filter wants. */
  get hasDeaf(): boolean {
    return this.#others.length > 0;
  }

  takes(subject: string): boolean {
    return this.settings.subjects.some((filter) => subjectMatches(filter, subject));
  }

  wants(subject: number): boolean {
    if (this.profile.version !== '2.9.10') return this.listenersOf(subject).length > 0;
    if (this.consumers.size === 0) return false;
    if (this.#filtered === 0 || this.#byLiteral.has(subject)) return true;
    return (
      this.#wild.some(({ filter }) => filter.matches(subject)) ||
      this.#others.some(({ counted }) => counted.matches(subject))
    );
  }

  /** Consumers that are told of a new message, in the order of `consumersOf`. */
  listenersOf(subject: number): readonly ConsumerAsset[] {
    const consumers = this.consumersOf(subject);
    if (this.#others.length === 0) return consumers;
    return [
      ...consumers.filter(({ signals }) => signals === 'filter'),
      ...this.#others.filter(({ heard }) => heard?.matches(subject) === true),
    ];
  }

  /** Consumers that may hold a message back. A filter that is the stream's own subject counts as none, under 2.9 too. */
  holdersOf(subject: number): readonly ConsumerAsset[] {
    const consumers = this.consumersOf(subject);
    if (this.#others.length === 0 || this.profile.multiFilter) return consumers;
    const { subjects } = this.settings;
    const isWhole = ({ counted }: ConsumerAsset): boolean =>
      subjects.length === 1 && counted.subjects.length === 1 && counted.subjects[0] === subjects[0];
    return [...consumers, ...this.#others.filter((other) => !consumers.includes(other) && isWhole(other))];
  }

  /** In the order of their creation, those with patterns last. */
  consumersOf(subject: number): readonly ConsumerAsset[] {
    const literal = this.#byLiteral.get(subject) ?? [];
    if (this.#wild.length === 0) return literal;
    const wild = this.#wild.filter(({ filter }) => filter.matches(subject));
    if (wild.length === 0) return literal;
    return literal.length === 0 ? wild : [...literal.filter((consumer) => !wild.includes(consumer)), ...wild];
  }

  /** As the meta group counts them. */
  get assignedConsumers(): number {
    return this.consumers.size + this.#refused.size;
  }

  /**
   * The server that would run a new consumer of a work queue compares it with those that run; the meta group has
   * compared filters only, and so has missed one without (2.12.15). Updates of one that runs are compared by nobody.
   */
  workQueueConflict(settings: EffectiveConsumerSettings): boolean {
    if (this.settings.retention !== 'workqueue' || this.profile.version !== '2.12') return false;
    if (this.mutations.workQueueOverlapAllowed || this.consumers.size === 0) return false;
    const { filterSubjects } = settings;
    if (filterSubjects.length === 0) return true;
    return filterSubjects.some((filter) =>
      /[*>]/.test(filter)
        ? this.consumers
            .values()
            .some(
              ({ filter: { all }, settings: other }) =>
                all || other.filterSubjects.some((taken) => filtersOverlap(filter, taken)),
            )
        : this.consumersOf(this.subjects.number(filter)).length > 0,
    );
  }

  /** True: it was not refused before. */
  refuseAtMember(consumer: string): boolean {
    const isNew = !this.#refused.has(consumer);
    this.#refused.add(consumer);
    return isNew;
  }

  forgetRefused(consumer: string): void {
    this.#refused.delete(consumer);
  }

  add(consumer: ConsumerAsset): void {
    this.consumers.set(consumer.name, consumer);
    this.#refused.delete(consumer.name);
    if (consumer.filter.subjects.length > 0) this.#filtered++;
    this.#indexOne(consumer);
  }

  update(consumer: ConsumerAsset, settings: EffectiveConsumerSettings): void {
    const { filterSubjects } = consumer.settings;
    const isSameFilter =
      filterSubjects.length === settings.filterSubjects.length &&
      filterSubjects.every((filter, place) => filter === settings.filterSubjects[place]);
    consumer.settings = settings;
    // Whoever takes a unit over asserts its durable anew; the index of all of them need not be made again for that.
    if (isSameFilter) return;
    consumer.changeFilter(settings.filterSubjects);
    this.#changed.add(consumer);
    this.#index();
  }

  remove(consumer: ConsumerAsset): void {
    this.consumers.delete(consumer.name);
    if (consumer.counted.subjects.length > 0 && this.#filtered > 0) this.#filtered--;
    for (const subject of consumer.filter.literals) {
      const left = (this.#byLiteral.get(subject) ?? []).filter((other) => other !== consumer);
      if (left.length === 0) this.#byLiteral.delete(subject);
      else this.#byLiteral.set(subject, left);
    }
    this.#wild = this.#wild.filter((other) => other !== consumer);
    this.#others = this.#others.filter((other) => other !== consumer);
    this.#changed.delete(consumer);
  }

  #index(): void {
    this.#byLiteral.clear();
    this.#wild = [];
    this.#others = [];
    for (const consumer of this.consumers.values()) this.#indexOne(consumer);
  }

  #indexOne(consumer: ConsumerAsset): void {
    const { literals, wildcards, all } = consumer.filter;
    for (const subject of literals) {
      const consumers = this.#byLiteral.get(subject);
      if (consumers === undefined) this.#byLiteral.set(subject, [consumer]);
      else consumers.push(consumer);
    }
    if (wildcards.length > 0 || all) this.#wild.push(consumer);
    if (consumer.signals !== 'filter') this.#others.push(consumer);
  }
}

/** The leader of a consumer that reads this replica of its stream. */
function serviceBeside(consumer: ConsumerAsset, machine: StreamMachine): ConsumerService | undefined {
  const service = consumer.group.leader()?.service;
  return service instanceof ConsumerService && service.reads(machine) ? service : undefined;
}
