import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { ProcessingStage } from '../../ports/system-event.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Delivery } from '../consumption/delivery.ts';
import { BackOff, isWorthRetrying, reasonOf } from '../retry.ts';
import type { DefenderSettings } from '../settings.ts';
import { ProcessingFailure, ProcessingReleased } from './failure.ts';

export interface DependencyPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/**
 * Does one step that needs a store, again and again while the store fails: an outage is no fault of the completion and
 * must not cost it one of its five lives. All steps are idempotent, so an ambiguous outcome is tried again as well.
 * The server is told that work goes on. Rejects with `ProcessingReleased`, or with `ProcessingFailure` for any other error.
 */
export async function withDependency<T>(
  ports: DependencyPorts,
  settings: DefenderSettings,
  pod: string,
  delivery: Delivery,
  stage: ProcessingStage,
  step: () => Promise<T>,
): Promise<T> {
  const backOff = new BackOff(ports.random, settings.retryMinMs, settings.retryMaxMs);
  for (;;) {
    if (delivery.isAborted) throw new ProcessingReleased(delivery.contextId);
    try {
      return await step();
    } catch (error) {
      if (error instanceof ProcessingFailure) throw error;
      if (!isWorthRetrying(error)) throw new ProcessingFailure(reasonOf(error), stage, { cause: error });
      const waitMs = backOff.nextMs();
      reportFailure(ports, settings, pod, delivery, stage, reasonOf(error), backOff.attempts);
      if (delivery.owner.isReleased) throw new ProcessingReleased(delivery.contextId);
      await ports.clock.sleep(waitMs);
      if (delivery.owner.isReleased) throw new ProcessingReleased(delivery.contextId);
    }
  }
}

export function reportFailure(
  ports: DependencyPorts,
  settings: DefenderSettings,
  pod: string,
  delivery: Delivery,
  stage: ProcessingStage,
  reason: string,
  attempt: number,
): void {
  const { colour } = settings;
  ports.telemetry.counter('tfdc_defender_failures_total', { colour }).add(1);
  const { contextId } = delivery;
  ports.telemetry.event({ kind: 'processing.failed', colour, pod, contextId, stage, reason, attempt });
}
