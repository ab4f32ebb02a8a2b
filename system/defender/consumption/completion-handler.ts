import { unitOf } from '../../ports/completion.ts';
import type { JetStream } from '../../ports/jetstream.ts';
import { deadLetterSubject } from '../names.ts';
import { BackOff, passPortError, reasonOf } from '../retry.ts';
import type { DefenderSettings } from '../settings.ts';
import type { DefenderMetrics } from '../metrics.ts';
import { reportFailure } from '../processing/dependency.ts';
import { ProcessingFailure, ProcessingReleased } from '../processing/failure.ts';
import type { Pipeline, PipelinePorts } from '../processing/pipeline.ts';
import { messageKey } from './delivery.ts';
import type { Delivery } from './delivery.ts';

const acknowledgeTries = 3;
const acknowledgeTimeoutMs = 2_000;
const longestNakMs = 10_000;

/** Does one delivery to its end: processed and acknowledged, given back, or put among the dead letters (defender §5). */
export class CompletionHandler {
  readonly #ports: PipelinePorts;
  readonly #settings: DefenderSettings;
  readonly #publisher: Pick<JetStream, 'publish'>;
  readonly #pipeline: Pipeline;
  readonly #metrics: DefenderMetrics;
  /** Failed processings by `messageKey`, until the message is settled for good. */
  readonly #failures = new Map<string, number>();

  constructor(
    ports: PipelinePorts,
    settings: DefenderSettings,
    publisher: Pick<JetStream, 'publish'>,
    pipeline: Pipeline,
    metrics: DefenderMetrics,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#publisher = publisher;
    this.#pipeline = pipeline;
    this.#metrics = metrics;
  }

  /** True where the result is stored. Never rejects. */
  async handle(delivery: Delivery): Promise<boolean> {
    try {
      if (this.#settings.policies.acknowledge === 'before-store') await this.#acknowledge(delivery);
      await this.#pipeline.process(delivery);
      this.#failures.delete(messageKey(delivery.message));
      if (delivery.isAborted) delivery.message.nak();
      else await this.#acknowledge(delivery);
      return true;
    } catch (error) {
      if (error instanceof ProcessingReleased) delivery.message.nak();
      else await this.#failed(delivery, error);
      return false;
    }
  }

  /** A context whose result this process has just stored needs no second look. Never rejects. */
  async settleAgain(delivery: Delivery): Promise<void> {
    await this.#acknowledge(delivery);
  }

  /** What cannot even be read goes to the dead letters at once. Never rejects. */
  async rejectUnreadable(delivery: Delivery): Promise<void> {
    await this.#bury(delivery, 'the payload is no completion');
  }

  async #acknowledge(delivery: Delivery): Promise<void> {
    if (delivery.isAcknowledged) return;
    if (!(await this.#confirm(delivery))) return;
    delivery.isAcknowledged = true;
    const { clock, process, telemetry } = this.#ports;
    const durationMs = clock.monotonicMs() - delivery.deliveredAtMs;
    this.#metrics.processingSeconds.observe(durationMs / 1000);
    this.#metrics.processed.add(1);
    telemetry.event({
      kind: 'completion.acknowledged',
      colour: this.#settings.colour,
      pod: process.name,
      tool: delivery.completion.tool,
      contextId: delivery.contextId,
      streamSequence: delivery.message.streamSequence,
      durationMs,
    });
  }

  /** An acknowledgement can get lost; unconfirmed after all tries, the message comes again and is settled then. */
  async #confirm(delivery: Delivery): Promise<boolean> {
    for (let attempt = 0; attempt < acknowledgeTries; attempt++) {
      try {
        if (await delivery.message.ackConfirmed(acknowledgeTimeoutMs)) return true;
      } catch {
        return false;
      }
    }
    return false;
  }

  async #failed(delivery: Delivery, error: unknown): Promise<void> {
    const { deliveryCount } = delivery.message;
    const key = messageKey(delivery.message);
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const stage = error instanceof ProcessingFailure ? error.stage : 'calculate';
    const { name } = this.#ports.process;
    reportFailure(this.#ports, this.#settings, name, delivery, stage, reasonOf(error), failures);
    const { maxDeliveries, maxFailures, retryMinMs } = this.#settings;
    if (failures >= maxFailures || deliveryCount >= maxDeliveries) {
      await this.#bury(delivery, reasonOf(error));
      return;
    }
    delivery.message.nak(Math.min(longestNakMs, 10 * retryMinMs * 2 ** (failures - 1)));
  }

  /** Acknowledged only when the dead letter is stored; the message id makes a second one of it harmless. */
  async #bury(delivery: Delivery, reason: string): Promise<void> {
    const { message } = delivery;
    const backOff = new BackOff(this.#ports.random, this.#settings.retryMinMs, this.#settings.retryMaxMs);
    for (;;) {
      if (delivery.isAborted) {
        message.nak();
        return;
      }
      try {
        await this.#publisher.publish(deadLetterSubject(message.subject), message.payload, {
          messageId: `dead:${message.messageId}`,
          timeoutMs: this.#settings.natsTimeoutMs,
        });
        break;
      } catch (error) {
        passPortError(error);
        await this.#ports.clock.sleep(backOff.nextMs());
      }
    }
    this.#failures.delete(messageKey(message));
    const { process, telemetry } = this.#ports;
    telemetry.event({
      kind: 'completion.dead-lettered',
      colour: this.#settings.colour,
      pod: process.name,
      tool: delivery.completion.tool,
      unit: unitOf(this.#settings.unitKind, delivery.completion.tool, delivery.completion.chamber),
      contextId: delivery.contextId,
      streamSequence: message.streamSequence,
      reason,
    });
    await this.#acknowledge(delivery);
  }
}
