import { PortError } from '../../../system/ports/errors.ts';
import { kafkaErrorName, kafkaErrors } from '../../../system/ports/kafka-error.ts';
import type {
  GroupMemberIdentity,
  JoinedMember,
  JoinGroupResponse,
  TopicPartition,
} from '../../../system/ports/kafka-group.ts';
import type { KafkaConnection } from '../../../system/ports/kafka.ts';
import {
  actors,
  partitions,
  protocolChoices,
  rebalanceChoicesMs,
  sessionChoicesMs,
  slotMs,
  stepMs,
  type Plan,
  type Step,
  type Told,
} from './plan.ts';
import type { Rig } from './rig.ts';

/** What one step saw, and in which slot: two worlds agree where the lines are equal. */
export type Observation = string;

interface Actor {
  connection: KafkaConnection;
  memberId: string;
  instanceId: string | undefined;
  generationId: number;
  /** Undefined unless it leads. */
  members: readonly JoinedMember[] | undefined;
  /** What a good client does next. */
  next: 'join' | 'sync' | 'heartbeat';
  /** A request of the group protocol is not answered yet: a client sends one at a time. */
  isBusy: boolean;
  lastJoin: Extract<Step, { kind: 'join' }> | undefined;
}

const requestTimeoutMs = 20_000;
/** Up to so much late a step begins when the model is asked whether a plan is steady. */
export const lateLimitMs = 70;

/** Runs one plan and writes down what its clients see. */
export class Interpreter {
  readonly #rig: Rig;
  readonly #plan: Plan;
  readonly #name: string;
  readonly #lateMs: () => number;
  readonly #actors: Actor[] = [];
  readonly #names = new Map<string, string>();
  readonly #observations: Observation[] = [];
  #observer: KafkaConnection | undefined;
  #startMs = 0;
  #slot = 0;

  constructor(rig: Rig, plan: Plan, name: string, lateMs: () => number = () => 0) {
    this.#rig = rig;
    this.#plan = plan;
    this.#name = name;
    this.#lateMs = lateMs;
  }

  async run(): Promise<readonly Observation[]> {
    this.#observer = await this.#rig.connect(`${this.#name}-observer`);
    await this.#observer.createTopic(
      { topic: this.#name, partitions, replicas: 1, minInSync: 1 },
      requestTimeoutMs,
    );
    await this.#untilLed();
    await this.#untilCoordinated();
    for (let index = 0; index < actors; index++) {
      this.#actors.push({
        connection: await this.#rig.connect(`${this.#name}-${index}`),
        memberId: '',
        instanceId: undefined,
        generationId: -1,
        members: undefined,
        next: 'join',
        isBusy: false,
        lastJoin: undefined,
      });
    }
    await this.#play();
    const observations = [...this.#observations];
    for (const { connection } of this.#actors) connection.close();
    this.#observer.close();
    return observations;
  }

  async #play(): Promise<void> {
    this.#startMs = this.#rig.nowMs();
    for (const [slot, steps] of this.#plan.slots.entries()) {
      this.#slot = slot;
      for (const [place, step] of steps.entries()) {
        await this.#until(slot * slotMs + place * stepMs + this.#lateMs());
        if (step.kind === 'restart-broker') await this.#restartBroker(slot);
        else this.#start(step, slot, place);
      }
    }
    await this.#until(this.#plan.slots.length * slotMs + slotMs / 2);
  }

  async #until(atMs: number): Promise<void> {
    const waitMs = this.#startMs + atMs - this.#rig.nowMs();
    if (waitMs > 0) await this.#rig.sleep(waitMs);
  }

  /** Time goes on where it stood when the coordinator has the group again. */
  async #restartBroker(slot: number): Promise<void> {
    await this.#rig.restartBroker();
    for (const [index, actor] of this.#actors.entries()) {
      actor.connection.close();
      actor.connection = await this.#rig.connect(`${this.#name}-${index}`);
      actor.isBusy = false;
    }
    this.#observer?.close();
    this.#observer = await this.#rig.connect(`${this.#name}-observer`);
    await this.#untilLed();
    await this.#untilCoordinated();
    this.#startMs = this.#rig.nowMs() - slot * slotMs;
  }

  /** A broker answers a creation before it knows the topic itself. */
  async #untilLed(): Promise<void> {
    for (;;) {
      const found = await this.#observe().metadata([this.#name], requestTimeoutMs);
      const led = found.partitions.filter(({ errorCode, leader }) => errorCode === 0 && leader > 0);
      if (led.length === partitions) return;
      await this.#rig.sleep(20);
    }
  }

  async #untilCoordinated(): Promise<void> {
    const observer = this.#observe();
    for (;;) {
      const { errorCode } = await observer.findCoordinator(this.#name, requestTimeoutMs);
      if (errorCode === kafkaErrors.NONE) {
        const found = await observer.describeGroup(this.#name, requestTimeoutMs);
        if (found.errorCode === kafkaErrors.NONE) return;
      }
      await this.#rig.sleep(20);
    }
  }

  #start(step: Exclude<Step, { kind: 'restart-broker' }>, slot: number, place: number): void {
    const label = `${slot}.${place} ${step.kind}${'actor' in step ? ` ${step.actor}` : ''}`;
    const line = this.#observations.push(`${label}: no answer`) - 1;
    this.#perform(step).then(
      (seen) => {
        const later = this.#slotNow() - slot;
        this.#observations[line] = `${label}: ${seen}${later === 0 ? '' : ` +${later}`}`;
      },
      (error: unknown) => {
        this.#observations[line] = `${label}: ${error instanceof PortError ? error.code : String(error)}`;
      },
    );
  }

  #slotNow(): number {
    // A real timer may fire a little early.
    return Math.floor((this.#rig.nowMs() - this.#startMs + 20) / slotMs);
  }

  async #perform(step: Exclude<Step, { kind: 'restart-broker' }>): Promise<string> {
    switch (step.kind) {
      case 'join':
        return await this.#alone(step.actor, (actor) => this.#join(actor, step));
      case 'sync':
        return await this.#alone(step.actor, (actor) => this.#sync(actor, step.generation));
      case 'heartbeat':
        return await this.#alone(step.actor, (actor) => this.#heartbeat(actor, step.generation));
      case 'follow':
        return await this.#alone(step.actor, (actor) => this.#follow(actor, step.actor));
      case 'leave':
        return await this.#alone(step.actor, (actor) => this.#leave(actor, step.by));
      case 'commit':
        return await this.#alone(step.actor, (actor) => this.#commit(actor, step));
      case 'fetch-offsets':
        return await this.#fetchOffsets();
      case 'describe': {
        const { state, protocolName, memberIds } = await this.#observe().describeGroup(
          this.#name,
          requestTimeoutMs,
        );
        return `${state} ${protocolName} [${this.#named(memberIds)}]`;
      }
      case 'produce':
        return await this.#produce(step.partition, step.acks, step.records);
      case 'read':
        return await this.#read(step.partition, step.offset);
      case 'list-offset': {
        const place = { topic: this.#name, partition: step.partition };
        const { errorCode, offset } = await this.#observe().listOffset(place, step.which, requestTimeoutMs);
        return `${kafkaErrorName(errorCode)} ${offset}`;
      }
      case 'kill':
        return await this.#kill(step.actor);
    }
  }

  async #alone(index: number, work: (actor: Actor) => Promise<string>): Promise<string> {
    const actor = this.#actor(index);
    if (actor.isBusy) return 'busy';
    actor.isBusy = true;
    const { connection } = actor;
    try {
      return await work(actor);
    } finally {
      if (actor.connection === connection) actor.isBusy = false;
    }
  }

  async #join(actor: Actor, step: Extract<Step, { kind: 'join' }>): Promise<string> {
    const index = this.#actors.indexOf(actor);
    actor.lastJoin = step;
    if (step.as === 'none') actor.memberId = '';
    actor.instanceId = step.isStatic ? `${this.#name}-static-${index}` : undefined;
    const subscription = { topics: [this.#name], owned: [], ownedGenerationId: -1 };
    const names = protocolChoices[step.protocols] ?? [];
    const { connection } = actor;
    const answer = await connection.joinGroup(
      {
        groupId: this.#name,
        sessionTimeoutMs: sessionChoicesMs[step.session] ?? 0,
        rebalanceTimeoutMs: rebalanceChoicesMs[step.rebalance] ?? 0,
        memberId: step.as === 'stranger' ? 'stranger' : actor.memberId,
        protocols: names.map((name) => ({ name, subscription })),
        ...(actor.instanceId === undefined ? {} : { groupInstanceId: actor.instanceId }),
      },
      requestTimeoutMs,
    );
    if (actor.connection !== connection) return 'gone';
    this.#joined(actor, index, answer);
    const { errorCode, generationId, protocolName, leader, members } = answer;
    if (errorCode !== kafkaErrors.NONE) return kafkaErrorName(errorCode);
    const known = members.map(({ memberId }) => memberId);
    return `generation ${generationId} ${protocolName} led by ${this.#named([leader])} [${this.#named(known)}]`;
  }

  #joined(actor: Actor, index: number, answer: JoinGroupResponse): void {
    const { errorCode, memberId, generationId, leader, members } = answer;
    if (errorCode === kafkaErrors.MEMBER_ID_REQUIRED || errorCode === kafkaErrors.NONE) {
      actor.memberId = memberId;
      this.#names.set(memberId, `m${index}`);
    }
    switch (errorCode) {
      case kafkaErrors.NONE:
        actor.generationId = generationId;
        actor.members = leader === memberId && members.length > 0 ? members : undefined;
        actor.next = 'sync';
        break;
      case kafkaErrors.UNKNOWN_MEMBER_ID:
      case kafkaErrors.FENCED_INSTANCE_ID:
        actor.memberId = '';
        actor.next = 'join';
        break;
      default:
        actor.next = 'join';
    }
  }

  async #sync(actor: Actor, told: Told): Promise<string> {
    const assignments = this.#assign(actor.members ?? []);
    const answer = await actor.connection.syncGroup(
      { ...this.#identity(actor, told), assignments },
      requestTimeoutMs,
    );
    this.#obey(actor, answer.errorCode);
    if (answer.errorCode !== kafkaErrors.NONE) return kafkaErrorName(answer.errorCode);
    actor.next = 'heartbeat';
    return `assigned [${answer.partitions.map(({ partition }) => partition).join(',')}]`;
  }

  /** Partitions in turn to the members, by their names here. */
  #assign(members: readonly JoinedMember[]): readonly { memberId: string; partitions: TopicPartition[] }[] {
    const ordered = members
      .map(({ memberId }) => memberId)
      .toSorted((left, right) => compare(this.#named([left]), this.#named([right])));
    return ordered.map((memberId, place) => ({
      memberId,
      partitions: Array.from({ length: partitions }, (_, partition) => ({
        topic: this.#name,
        partition,
      })).filter(({ partition }) => partition % ordered.length === place),
    }));
  }

  async #heartbeat(actor: Actor, told: Told): Promise<string> {
    const errorCode = await actor.connection.heartbeat(this.#identity(actor, told), requestTimeoutMs);
    if (told === 'own') this.#obey(actor, errorCode);
    return kafkaErrorName(errorCode);
  }

  async #follow(actor: Actor, index: number): Promise<string> {
    switch (actor.next) {
      case 'join': {
        const step = actor.lastJoin ?? {
          kind: 'join',
          actor: index,
          as: 'known',
          protocols: 0,
          session: 1,
          rebalance: 1,
          isStatic: false,
        };
        return `join ${await this.#join(actor, { ...step, as: 'known' })}`;
      }
      case 'sync':
        return `sync ${await this.#sync(actor, 'own')}`;
      case 'heartbeat':
        return `heartbeat ${await this.#heartbeat(actor, 'own')}`;
    }
  }

  #obey(actor: Actor, errorCode: number): void {
    switch (errorCode) {
      case kafkaErrors.REBALANCE_IN_PROGRESS:
        actor.next = 'join';
        break;
      case kafkaErrors.UNKNOWN_MEMBER_ID:
      case kafkaErrors.ILLEGAL_GENERATION:
      case kafkaErrors.FENCED_INSTANCE_ID:
        actor.memberId = '';
        actor.generationId = -1;
        actor.next = 'join';
        break;
      default:
        break;
    }
  }

  async #leave(actor: Actor, by: 'member' | 'instance'): Promise<string> {
    const { memberId, instanceId } = actor;
    const named = instanceId === undefined ? {} : { groupInstanceId: instanceId };
    const leaving = { memberId: by === 'member' ? memberId : '', ...named };
    const answer = await actor.connection.leaveGroup(this.#name, [leaving], requestTimeoutMs);
    actor.memberId = '';
    actor.next = 'join';
    return [answer, ...answer.members].map(({ errorCode }) => kafkaErrorName(errorCode)).join(' ');
  }

  async #commit(actor: Actor, step: Extract<Step, { kind: 'commit' }>): Promise<string> {
    const { generation, partition, offset } = step;
    const identity =
      generation === 'none'
        ? { groupId: this.#name, generationId: -1, memberId: '' }
        : this.#identity(actor, generation);
    const results = await actor.connection.commitOffsets(
      { ...identity, offsets: [{ topic: this.#name, partition, offset, metadata: `by ${step.actor}` }] },
      requestTimeoutMs,
    );
    return results.map(({ errorCode }) => kafkaErrorName(errorCode)).join(' ');
  }

  async #fetchOffsets(): Promise<string> {
    const places = Array.from({ length: partitions }, (_, partition) => ({ topic: this.#name, partition }));
    const answer = await this.#observe().fetchOffsets(this.#name, places, requestTimeoutMs);
    const offsets = answer.offsets
      .toSorted((left, right) => left.partition - right.partition)
      .map(({ offset, metadata }) => `${offset} ${metadata}`.trim());
    return `${kafkaErrorName(answer.errorCode)} [${offsets.join(', ')}]`;
  }

  async #produce(partition: number, acks: -1 | 0 | 1, count: number): Promise<string> {
    const records = Array.from({ length: count }, (_, place) => ({
      key: `key-${place}`,
      value: new Uint8Array([this.#slot, place]),
      timestampMs: 1_700_000_000_000 + this.#slot,
    }));
    const { errorCode, baseOffset } = await this.#observe().produce(
      { topic: this.#name, partition, acks, replicationTimeoutMs: 1_000, records },
      requestTimeoutMs,
    );
    return `${kafkaErrorName(errorCode)} at ${baseOffset}`;
  }

  async #read(partition: number, offset: number): Promise<string> {
    const [found] = await this.#observe().fetch(
      { maxWaitMs: 30, partitions: [{ topic: this.#name, partition, offset }] },
      requestTimeoutMs,
    );
    if (found === undefined) return 'nothing';
    const records = found.records.map(({ offset: at, key, value }) => `${at} ${key} ${value.join('/')}`);
    return `${kafkaErrorName(found.errorCode)} below ${found.highWatermark}: ${records.join(', ')}`;
  }

  async #kill(index: number): Promise<string> {
    const actor = this.#actor(index);
    const former = actor.connection;
    actor.connection = await this.#rig.connect(`${this.#name}-${index}`);
    former.close();
    actor.isBusy = false;
    actor.memberId = '';
    actor.generationId = -1;
    actor.next = 'join';
    return 'gone';
  }

  #identity({ memberId, generationId, instanceId }: Actor, told: Told): GroupMemberIdentity {
    const shift = told === 'own' ? 0 : told === 'behind' ? -1 : 1;
    return {
      groupId: this.#name,
      // Below 0 a request would stand for a client outside the group.
      generationId: Math.max(0, generationId + shift),
      memberId,
      ...(instanceId === undefined ? {} : { groupInstanceId: instanceId }),
    };
  }

  #named(memberIds: readonly string[]): string {
    return memberIds
      .map((memberId) => this.#names.get(memberId) ?? '?')
      .toSorted(compare)
      .join(',');
  }

  #actor(index: number): Actor {
    const actor = this.#actors[index];
    if (actor === undefined) throw new RangeError(`no actor ${index}`);
    return actor;
  }

  #observe(): KafkaConnection {
    if (this.#observer === undefined) throw new Error('the plan does not run yet');
    return this.#observer;
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
