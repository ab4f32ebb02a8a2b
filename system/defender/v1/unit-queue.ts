import type { Completion } from '../../ports/completion.ts';
import { unitOf } from '../../ports/completion.ts';
import { contextIdOf } from '../../ports/ingest.ts';
import type { CompletionHandler } from '../consumption/completion-handler.ts';
import type { Delivery } from '../consumption/delivery.ts';
import type { ProcessingSlots } from '../consumption/processing-slots.ts';
import { decodeCompletion } from '../processing/completion-codec.ts';
import type { PipelinePorts } from '../processing/pipeline.ts';
import type { KafkaMessage } from './kafka-message.ts';
import type { V1DefenderSettings } from './settings.ts';

/** What all queues of a process share. */
export interface QueueContext {
  readonly ports: PipelinePorts;
  readonly settings: V1DefenderSettings;
  readonly slots: ProcessingSlots;
  readonly handler: CompletionHandler;
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

/** What one unit has in a partition: one completion at a time, in order (defender §5). */
export class UnitQueue {
  readonly #context: QueueContext;
  readonly #waiting: KafkaMessage[] = [];
  readonly #subject: string;
  #current: Delivery | undefined;
  #isRunning = false;
  /** A message comes again before anything behind it may begin. */
  #awaitsRetry = false;
  /** The partition is given up or lost: what has begun is finished, nothing new begins. */
  isReleased = false;

  constructor(context: QueueContext, subject: string) {
    this.#context = context;
    this.#subject = subject;
  }

  get inFlight(): number {
    return this.#waiting.length + (this.#current === undefined ? 0 : 1);
  }

  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  add(message: KafkaMessage): void {
    this.#waiting.push(message);
    if (!this.#isRunning && !this.#awaitsRetry) void this.#run();
  }

  /** The same message once more, before all that came later. */
  retry(message: KafkaMessage): void {
    if (this.isReleased) return;
    message.deliveryCount++;
    this.#awaitsRetry = false;
    this.#waiting.unshift(message);
    if (!this.#isRunning) void this.#run();
  }

  release(): void {
    this.isReleased = true;
    this.#waiting.length = 0;
  }

  /** What is in work stops at its next step: the partition is somebody else's. */
  abort(): void {
    this.release();
    if (this.#current !== undefined) this.#current.isAborted = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      this.#awaitsRetry = !(await this.#work(message)) && !this.isReleased;
      if (this.#awaitsRetry) break;
    }
    this.#isRunning = false;
  }

  /** False where the message waits for another attempt, and all behind it with it. */
  async #work(message: KafkaMessage): Promise<boolean> {
    const { handler, ports, settings, slots } = this.#context;
    const completion = decodeCompletion(message.payload);
    const delivery = this.#deliveryOf(message, completion);
    this.#current = delivery;
    ports.telemetry.event({
      kind: 'completion.delivered',
      colour: settings.colour,
      pod: ports.process.name,
      defenderId: ports.process.name,
      tool: delivery.completion.tool,
      unit: delivery.unit,
      contextId: delivery.contextId,
      streamSequence: message.streamSequence,
      deliveryCount: message.deliveryCount,
    });
    await slots.acquire();
    try {
      if (this.isReleased) return true;
      if (completion === undefined) {
        await handler.rejectUnreadable(delivery);
        return true;
      }
      return (await handler.handle(delivery)) || delivery.isAcknowledged;
    } finally {
      slots.release();
      this.#current = undefined;
    }
  }

  #deliveryOf(message: KafkaMessage, completion: Completion | undefined): Delivery {
    const nowMs = this.#context.ports.clock.monotonicMs();
    const known = completion ?? { ...unreadable, tool: this.#subject };
    return {
      completion: known,
      contextId: contextIdOf(known.tool, known.contextSequence),
      unit: unitOf(this.#context.settings.unitKind, known.tool, known.chamber),
      message,
      deliveredAtMs: nowMs,
      progressAtMs: nowMs,
      isAborted: false,
      owner: this,
      isAcknowledged: false,
    };
  }
}
