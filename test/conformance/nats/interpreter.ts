import { PortError } from '../../../system/ports/errors.ts';
import type {
  ConsumerSettings,
  MessageSelector,
  StreamSettings,
} from '../../../system/ports/jetstream-management.ts';
import type { PulledMessage, PullRequest } from '../../../system/ports/jetstream-pull.ts';
import type { FullPublishOptions } from '../../../system/ports/jetstream-publish.ts';
import type { FullKeyValue } from '../../../system/ports/key-value-full.ts';
import * as seen from './observation.ts';
import type { Observation } from './observation.ts';
import {
  filterTails,
  keys,
  pullEndMs,
  slotMs,
  subjectTails,
  type AckKind,
  type Plan,
  type PublishStep,
  type Selector,
  type Step,
} from './plan.ts';
import type { Rig, RigConnection } from './rig.ts';
import { acknowledgementOf, expected } from './step-values.ts';

/** What a run saw, a line for each step; the first line is of the creation, the last of the end. */
export interface PlanRun {
  readonly observations: readonly Observation[];
}

const publishTimeoutMs = 4_000;
const ackTimeoutMs = 2_000;
/** Silence after which a pull that need not answer is taken to be silent; in timed plans it ends where pulls end. */
const silenceMs = slotMs + pullEndMs;
/** Until what was sent without an answer, or to one replica, is known everywhere. */
const settleMs = { alone: 30, replicated: 80 } as const;
/** A new leader is there after a hand-over. */
const electionMs = 1_500;
/** A step of a timed plan takes a slot that began no longer ago. */
const latenessMs = 25;

/** Names of one length, since they count in the bytes of a stream. */
export function planName(number: number): string {
  return `x${String(number).padStart(7, '0')}`;
}

/** Runs one plan in one world, under names that nobody else uses. */
export class Interpreter {
  readonly #rig: Rig;
  readonly #plan: Plan;
  readonly #id: string;
  readonly #isReplicated: boolean;
  readonly #settleMs: number;
  readonly #connections: RigConnection[] = [];
  readonly #held: PulledMessage[] = [];
  /** Watches and pulls that stay open, with what they have got so far. */
  readonly #open: { readonly what: string; readonly end: { stop(): void }; readonly lines: Observation[] }[] =
    [];
  #turn = 0;
  #lastSequence = 0;
  readonly #lastOfSubject = new Map<string, number>();
  #lastMessageId = '';
  #unsettled = false;
  /** What an acknowledgement frees, or a pull that was given up, is on its way, and nobody answers it. */
  #freeing = false;

  /** `patience`: how many times as long as usual plans that need not keep to moments wait for what has no answer. */
  constructor(rig: Rig, plan: Plan, id: string, patience = 1) {
    this.#rig = rig;
    this.#plan = plan;
    this.#id = id;
    const replicas = plan.stream?.replicas ?? plan.bucket?.replicas ?? 1;
    this.#isReplicated = replicas > 1;
    this.#settleMs =
      (this.#isReplicated ? settleMs.replicated : settleMs.alone) * (plan.timed ? 1 : patience);
  }

  async run(): Promise<PlanRun> {
    const observations: Observation[] = [];
    for (let client = 0; client < this.#plan.clients; client++) {
      this.#connections.push(await this.#rig.connect(`${this.#id}-${client}`));
    }
    try {
      observations.push(this.#plain(await this.#create()));
      await this.#rig.sleep(this.#settleMs * 2);
      const startMs = this.#rig.nowMs();
      let slot = 0;
      for (const step of this.#plan.steps) {
        if (this.#plan.timed) slot = await this.#slot(startMs, slot, step);
        observations.push(this.#plain(await this.#observed(step)));
      }
      await this.#rig.sleep(this.#settleMs * 2);
      observations.push(this.#plain(await this.#final()));
    } finally {
      for (const { end } of this.#open) end.stop();
      await this.#destroy();
      for (const connection of this.#connections) await connection.close();
    }
    return { observations };
  }

  /** Waits for the next free slot by which earlier steps have had their effect, and takes it. */
  async #slot(startMs: number, slot: number, step: Step): Promise<number> {
    const settlingMs = this.#mustSettle(step) ? this.#settleMs : 0;
    const earliestMs = this.#rig.nowMs() - startMs + settlingMs - latenessMs;
    const next = Math.max(slot + 1, Math.ceil(earliestMs / slotMs));
    if (settlingMs > 0) this.#isSettled();
    await this.#rig.sleep(Math.max(0, startMs + next * slotMs - this.#rig.nowMs()));
    return next;
  }

  get #connection(): RigConnection {
    const connection = this.#connections[this.#turn % this.#connections.length];
    if (connection === undefined) throw new RangeError('a plan needs a client');
    return connection;
  }

  get #stream(): string {
    return this.#plan.bucket === undefined ? `S${this.#id}` : `KV_B${this.#id}`;
  }

  get #bucket(): FullKeyValue {
    return this.#connection.bucket(`B${this.#id}`);
  }

  async #create(): Promise<Observation> {
    const { stream, bucket } = this.#plan;
    try {
      if (bucket !== undefined) {
        await this.#connection.createBucket({ bucket: `B${this.#id}`, ...bucket });
        return seen.stream(await this.#connection.management.stream(this.#stream), true);
      }
      return seen.stream(await this.#connection.management.createStream(this.#settings(stream ?? {})), true);
    } catch (error) {
      return seen.failure(error);
    }
  }

  #settings(settings: Partial<StreamSettings>): StreamSettings {
    return { ...settings, name: this.#stream, subjects: [`${this.#id}.>`] };
  }

  async #final(): Promise<Observation> {
    const lines: Observation[] = [];
    const { management } = this.#connection;
    try {
      const state = await management.stream(this.#stream);
      lines.push(seen.stream(state, false));
      for (let sequence = state.firstSequence; sequence <= state.lastSequence;) {
        const found = await management.message(this.#stream, {
          kind: 'next-of-subject',
          subject: '>',
          fromSequence: sequence,
        });
        lines.push(seen.message(found));
        sequence = found.sequence + 1;
      }
    } catch (error) {
      lines.push(seen.failure(error));
    }
    for (const open of this.#open) lines.push(`${open.what} ${open.lines.join('; ')}`);
    return lines.join(' | ');
  }

  async #destroy(): Promise<void> {
    try {
      await this.#connection.management.deleteStream(this.#stream);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    }
  }

  async #observed(step: Step): Promise<Observation> {
    this.#turn++;
    try {
      return await this.#perform(step);
    } catch (error) {
      return seen.failure(error);
    }
  }

  /** What asks waits until what was told before has had its effect. */
  #mustSettle(step: Step): boolean {
    return this.#unsettled && (step.kind !== 'publish' || this.#freeing);
  }

  #isSettled(): void {
    this.#unsettled = false;
    this.#freeing = false;
  }

  async #perform(step: Step): Promise<Observation> {
    const { management } = this.#connection;
    if (this.#mustSettle(step)) {
      this.#isSettled();
      await this.#rig.sleep(this.#settleMs);
    }
    switch (step.kind) {
      case 'publish':
        return this.#publish(step);
      case 'publish-together': {
        const outcomes = step.publishes.map(async (publish) => {
          try {
            return await this.#publish(publish);
          } catch (error) {
            return seen.failure(error);
          }
        });
        return (await Promise.all(outcomes)).join('; ');
      }
      case 'delete-stream':
        await management.deleteStream(this.#stream);
        this.#unsettled = true;
        return 'deleted';
      case 'step-down-stream':
        await management.stepDownStream(this.#stream);
        if (step.isHasty !== true) await this.#rig.sleep(electionMs);
        return 'stepped down';
      case 'step-down-consumer':
        await management.stepDownConsumer(this.#stream, `c${step.consumer}`);
        await this.#rig.sleep(electionMs);
        return 'stepped down';
      case 'stream-info':
        return seen.stream(await management.stream(this.#stream), false);
      case 'update-stream':
        // What smaller limits take is settled behind the answer.
        this.#unsettled = true;
        return seen.stream(
          await management.updateStream(this.#settings({ ...this.#plan.stream, ...step.changes })),
          true,
        );
      case 'purge': {
        const { filter } = step;
        const subject = filter === undefined ? {} : { subject: this.#filter(filter) };
        this.#unsettled = true;
        return `${await management.purge(this.#stream, { ...step.options, ...subject })} purged`;
      }
      case 'message':
        return seen.message(await management.message(this.#stream, this.#selector(step.selector)));
      case 'direct-message':
        return seen.message(await management.directMessage(this.#stream, this.#selector(step.selector)));
      case 'delete-message':
        this.#unsettled = true;
        await management.deleteMessage(this.#stream, step.sequence);
        return 'deleted';
      case 'create-consumer':
        return this.#createConsumer(step);
      case 'delete-consumer':
        await management.deleteConsumer(this.#stream, `c${step.consumer}`);
        this.#unsettled = true;
        return 'deleted';
      case 'consumer-info':
        return seen.consumer(await management.consumer(this.#stream, `c${step.consumer}`), false);
      case 'consumer-names':
        return (await management.consumerNames(this.#stream)).join(' ');
      case 'pull':
        return this.#pull(`c${step.consumer}`, step.request);
      case 'open-pull':
        return this.#openPull(`c${step.consumer}`, step.request);
      case 'acknowledge':
        return this.#acknowledge(step.held, step.ack, step.confirmed);
      case 'bucket-put':
      case 'bucket-create':
      case 'bucket-update':
      case 'bucket-delete':
      case 'bucket-purge':
        return this.#write(step);
      case 'bucket-get': {
        const entry = await this.#bucket.get(this.#key(step.key));
        return entry === undefined ? 'nothing' : seen.entry(entry);
      }
      case 'bucket-get-revision': {
        const entry = await this.#bucket.getRevision(this.#key(step.key), step.revision);
        return entry === undefined ? 'nothing' : seen.entry(entry);
      }
      case 'bucket-history':
        return (await this.#bucket.history(this.#key(step.key))).map(seen.entry).join('; ');
      case 'bucket-keys':
        return (await this.#bucket.keys()).join(' ');
      case 'bucket-watch':
        return this.#watch(step.include, step.ignoreDeletes);
      case 'sleep':
        await this.#rig.sleep((step.slots - 1) * slotMs);
        return 'slept';
    }
  }

  async #publish(step: Omit<PublishStep, 'kind'>): Promise<Observation> {
    const subject = `${this.#id}.${subjectTails[step.subject % subjectTails.length]}`;
    const lastOfSubject = this.#lastOfSubject.get(subject) ?? 0;
    const { messageId, expectedStream, expectedLast, expectedLastOfSubject, expectedMessageId } = step;
    const options: FullPublishOptions = {
      timeoutMs: publishTimeoutMs,
      ...(messageId === undefined ? {} : { messageId: `id-${messageId}` }),
      ...(expectedStream === undefined
        ? {}
        : { expectedStream: expectedStream === 'right' ? this.#stream : 'another' }),
      ...(expectedLast === undefined
        ? {}
        : { expectedLastSequence: expected(expectedLast, this.#lastSequence) }),
      ...(expectedLastOfSubject === undefined
        ? {}
        : { expectedLastSubjectSequence: expected(expectedLastOfSubject, lastOfSubject) }),
      ...(expectedMessageId === undefined
        ? {}
        : { expectedLastMessageId: expectedMessageId === 'right' ? this.#lastMessageId : 'another' }),
      ...(step.rollup === undefined ? {} : { rollup: step.rollup }),
      ...(step.ttl === undefined ? {} : { ttl: step.ttl }),
    };
    this.#unsettled = true;
    const ack = await this.#connection.publisher.publish(subject, new Uint8Array(step.payloadBytes), options);
    if (!ack.duplicate) {
      this.#lastSequence = ack.sequence;
      this.#lastOfSubject.set(subject, ack.sequence);
      this.#lastMessageId = messageId === undefined ? '' : `id-${messageId}`;
    }
    return `${ack.stream} ${ack.sequence}${ack.duplicate ? ' duplicate' : ''}`;
  }

  async #createConsumer(step: Extract<Step, { kind: 'create-consumer' }>): Promise<Observation> {
    const settings: ConsumerSettings = {
      durable: true,
      ...step.settings,
      name: `c${step.consumer}`,
      filterSubjects: step.filters.map((filter) => this.#filter(filter)),
    };
    this.#unsettled = true;
    return seen.consumer(
      await this.#connection.management.createConsumer(this.#stream, settings, step.action),
      true,
    );
  }

  /** Ends with the status that ends it, with the last message asked for, or in silence. */
  async #pull(consumer: string, request: PullRequest): Promise<Observation> {
    const lines: Observation[] = [];
    let messages = 0;
    let ended = false;
    let deadlineMs = this.#rig.nowMs() + (request.expiresMs ?? 0) + silenceMs;
    const pull = this.#connection.puller.pull(this.#stream, consumer, request, {
      message: (message) => {
        messages++;
        this.#held.push(message);
        lines.push(seen.delivery(message));
        if (messages >= request.batch) ended = true;
      },
      status: (given) => {
        lines.push(seen.status(given));
        // The status goes ahead of a last message, which waits to be replicated.
        switch (given.description) {
          case 'Idle Heartbeat':
          case 'Batch Completed':
            break;
          case 'Message Size Exceeds MaxBytes':
            deadlineMs = this.#rig.nowMs() + this.#settleMs;
            break;
          default:
            ended = true;
        }
      },
    });
    while (!ended && this.#rig.nowMs() < deadlineMs) await this.#rig.sleep(5);
    // A filled batch may still be followed by a status.
    await this.#rig.sleep(5);
    pull.stop();
    this.#unsettled = true;
    // Servers learn one after the other that nobody waits any more.
    if (!ended) this.#freeing = true;
    return lines.length === 0 ? 'silence' : lines.join('; ');
  }

  #openPull(consumer: string, request: PullRequest): Observation {
    const lines: Observation[] = [];
    const end = this.#connection.puller.pull(this.#stream, consumer, request, {
      message: (message) => {
        this.#held.push(message);
        lines.push(seen.delivery(message));
      },
      status: (given) => lines.push(seen.status(given)),
    });
    this.#open.push({ what: 'pulled', end, lines });
    this.#unsettled = true;
    return 'open';
  }

  async #acknowledge(held: number, ack: AckKind, confirmed: boolean): Promise<Observation> {
    const message = this.#held[held % Math.max(1, this.#held.length)];
    if (message === undefined) return 'nothing held';
    this.#unsettled = true;
    const acknowledgement = acknowledgementOf(ack);
    // A replicated stream removes what is done with after the consumer has answered.
    this.#freeing = !confirmed || this.#isReplicated;
    if (confirmed) return `confirmed ${await message.acknowledgeConfirmed(acknowledgement, ackTimeoutMs)}`;
    message.acknowledge(acknowledgement);
    return 'sent';
  }

  async #write(
    step: Extract<
      Step,
      { kind: 'bucket-put' | 'bucket-create' | 'bucket-update' | 'bucket-delete' | 'bucket-purge' }
    >,
  ): Promise<Observation> {
    const key = this.#key(step.key);
    const last = this.#lastOfSubject.get(key) ?? 0;
    const value = new Uint8Array(3);
    this.#unsettled = true;
    const revised = (revision: number): Observation => {
      this.#lastOfSubject.set(key, revision);
      return `revision ${revision}`;
    };
    switch (step.kind) {
      case 'bucket-put':
        return revised(await this.#bucket.put(key, value));
      case 'bucket-create':
        return revised(await this.#bucket.create(key, value, step.ttl));
      case 'bucket-update':
        return revised(await this.#bucket.update(key, value, expected(step.revision, last)));
      case 'bucket-delete':
        await this.#bucket.delete(
          key,
          step.revision === undefined ? undefined : expected(step.revision, last),
        );
        return 'deleted';
      case 'bucket-purge':
        await this.#bucket.purge(key);
        return 'purged';
    }
  }

  async #watch(include: 'last' | 'history' | 'updates', ignoreDeletes: boolean): Promise<Observation> {
    const lines: Observation[] = [];
    let initialised = false;
    const watch = this.#bucket.watch(
      { include, ignoreDeletes },
      {
        entry: (entry) => lines.push(seen.entry(entry)),
        initialised: () => {
          initialised = true;
          lines.push('initialised');
        },
      },
    );
    this.#open.push({ what: 'watched', end: watch, lines });
    const deadlineMs = this.#rig.nowMs() + publishTimeoutMs;
    while (!initialised && this.#rig.nowMs() < deadlineMs) await this.#rig.sleep(5);
    return lines.join('; ');
  }

  #filter(filter: number): string {
    return `${this.#id}.${filterTails[filter % filterTails.length]}`;
  }

  #key(key: number): string {
    return keys[key % keys.length] ?? keys[0];
  }

  #selector(selector: Selector): MessageSelector {
    switch (selector.kind) {
      case 'sequence':
        return selector;
      case 'last-of-subject':
        return {
          kind: 'last-of-subject',
          subject: `${this.#id}.${subjectTails[selector.subject % subjectTails.length]}`,
        };
      case 'next-of-subject':
        return { ...selector, subject: this.#filter(selector.filter) };
    }
  }

  /** The sequence's own name reads the same in every world. */
  #plain(observation: Observation): Observation {
    return observation.replaceAll(this.#id, '~');
  }
}
