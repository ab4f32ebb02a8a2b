import { unitOf, type Completion } from '../../ports/completion.ts';
import { contextIdOf } from '../../ports/ingest.ts';
import type { DeliveredMessage } from '../../ports/jetstream.ts';
import { decodeCompletion } from '../processing/completion-codec.ts';
import type { DefenderSettings } from '../settings.ts';
import type { StateMachine } from '../state.ts';
import type { Subscription } from '../units.ts';
import type { CompletionHandler } from './completion-handler.ts';
import { messageKey } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import type { UnitBinding, UnitSource } from './unit-source.ts';
import type { ProcessingSlots } from './processing-slots.ts';
import type { PipelinePorts } from '../processing/pipeline.ts';

/** What all units of a Defender share. */
export interface ConsumerContext {
  readonly ports: PipelinePorts;
  readonly settings: DefenderSettings;
  readonly source: UnitSource;
  readonly slots: ProcessingSlots;
  readonly handler: CompletionHandler;
  readonly state: StateMachine;
  /** Units with something in work, held or let go. */
  readonly busy: Set<UnitConsumer>;
  /** The durable is gone: bind again. */
  rebind(consumer: UnitConsumer): void;
}

const unreadable: Omit<Completion, 'tool'> = {
  chamber: 0,
  recipe: '',
  contextSequence: 0,
  previousSequence: 0,
  startUs: 0,
  endUs: 0,
  requestCount: 0,
  blobs: 0,
};

/**
 * One unit, bound to this Defender, and what came from it: one completion at a time, in order (defender §5).
 * A message that comes again while it is still worked on is the same work with a newer handle for the acknowledgement.
 */
export class UnitConsumer {
  readonly unit: Subscription;
  readonly #context: ConsumerContext;
  readonly #waiting: DeliveredMessage[] = [];
  /** By `messageKey`. */
  readonly #inWork = new Map<string, Delivery>();
  #binding: UnitBinding | undefined;
  #isReleased = false;
  #isRunning = false;
  /** Key of the message whose result was stored last. */
  #lastStored: string | undefined;

  constructor(unit: Subscription, context: ConsumerContext) {
    this.unit = unit;
    this.#context = context;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Completions in work or waiting for a slot. */
  get inFlight(): number {
    return this.#inWork.size + this.#waiting.length;
  }

  /** Begins to get the unit's completions. Rejects with a `PortError`. */
  async bind(): Promise<void> {
    const binding = await this.#context.source.bind(this.unit, {
      message: (message) => {
        this.#receive(message);
      },
      missing: () => {
        this.#binding = undefined;
        if (!this.#isReleased) this.#context.rebind(this);
      },
      isReleased: () => this.#isReleased,
      inFlight: () => this.inFlight,
    });
    if (binding === undefined) return;
    this.#binding = binding;
    const { ports, settings, state } = this.#context;
    ports.telemetry.event({
      kind: 'unit.bound',
      colour: settings.colour,
      pod: ports.process.name,
      defenderId: state.defenderId,
      unit: this.unit.unit,
    });
  }

  /** Stops pulling and gives back what has not begun; what has begun goes on. Resolves when the pull is withdrawn. */
  async release(): Promise<void> {
    this.#isReleased = true;
    for (const message of this.#waiting.splice(0)) message.nak();
    const binding = this.#binding;
    this.#binding = undefined;
    await binding?.stop();
  }

  /** Nothing may be done in this unit's name any more: work stops at its next step and is given back. */
  abort(): void {
    for (const delivery of this.#inWork.values()) delivery.isAborted = true;
  }

  /** Tells the server that long work goes on, before its ack wait is over. */
  signalProgress(nowMs: number): void {
    const dueMs = this.#context.settings.ackWaitMs / 3;
    for (const delivery of this.#inWork.values()) {
      if (delivery.isAborted || nowMs - delivery.progressAtMs < dueMs) continue;
      delivery.progressAtMs = nowMs;
      delivery.message.inProgress();
    }
  }

  #receive(message: DeliveredMessage): void {
    if (this.#isReleased) {
      message.nak();
      return;
    }
    const key = messageKey(message);
    const delivery = this.#inWork.get(key);
    if (delivery !== undefined) {
      delivery.message = message;
      this.#report(delivery);
      return;
    }
    if (this.#context.settings.policies.unitOrder === 'concurrent') {
      void this.#work(message);
      return;
    }
    const queued = this.#waiting.findIndex((waiting) => messageKey(waiting) === key);
    if (queued >= 0) this.#waiting[queued] = message;
    else this.#waiting.push(message);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      await this.#work(message);
    }
    this.#isRunning = false;
  }

  async #work(message: DeliveredMessage): Promise<void> {
    const { handler, slots } = this.#context;
    const completion = decodeCompletion(message.payload);
    const delivery = this.#deliveryOf(message, completion);
    const key = messageKey(message);
    this.#inWork.set(key, delivery);
    this.#context.busy.add(this);
    this.#report(delivery);
    await slots.acquire();
    try {
      if (this.#isReleased || delivery.isAborted) message.nak();
      else if (completion === undefined) await handler.rejectUnreadable(delivery);
      else if (this.#lastStored === key) await handler.settleAgain(delivery);
      else if (await handler.handle(delivery)) this.#lastStored = key;
    } finally {
      slots.release();
      this.#inWork.delete(key);
      if (this.#inWork.size === 0) this.#context.busy.delete(this);
    }
  }

  #deliveryOf(message: DeliveredMessage, completion: Completion | undefined): Delivery {
    const nowMs = this.#context.ports.clock.monotonicMs();
    const known = completion ?? { ...unreadable, tool: this.unit.unit };
    return {
      completion: known,
      contextId: contextIdOf(known.tool, known.contextSequence),
      unit: this.unit.unit,
      message,
      deliveredAtMs: nowMs,
      progressAtMs: nowMs,
      isAborted: false,
      owner: this,
      isAcknowledged: false,
    };
  }

  #report({ completion, contextId, message }: Delivery): void {
    const { ports, settings, state } = this.#context;
    ports.telemetry.event({
      kind: 'completion.delivered',
      colour: settings.colour,
      pod: ports.process.name,
      defenderId: state.defenderId,
      tool: completion.tool,
      unit: unitOf(settings.unitKind, completion.tool, completion.chamber),
      contextId,
      streamSequence: message.streamSequence,
      deliveryCount: message.deliveryCount,
    });
  }
}
