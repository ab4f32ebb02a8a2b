import { PortError } from '../../ports/errors.ts';
import type { BacklogReader } from './backlog.ts';
import type { Cluster } from './cluster.ts';
import type { MetricsQueries } from '../../ports/metrics-query.ts';
import type { EvidenceReader } from './evidence.ts';
import type { ExperimentTools } from './phases/experiment.ts';
import type { ManagementClient } from './management-client.ts';
import type { RolloutSettings } from './settings.ts';
import type { Transition } from './transition.ts';

/** Thrown inside a step that a rollback or a new release has overtaken: it must do nothing more. */
export class PreemptedError extends Error {
  constructor() {
    super('overtaken');
    this.name = 'PreemptedError';
  }
}

/** What a step may use. */
export interface StepContext {
  readonly settings: RolloutSettings;
  readonly management: ManagementClient;
  readonly cluster: Cluster;
  readonly evidence: EvidenceReader;
  readonly backlog: BacklogReader;
  readonly queries: MetricsQueries;
  /** Undefined where releases have no experiment. */
  readonly experiment: ExperimentTools | undefined;
  readonly nowMs: number;
  /** Throws `PreemptedError`; called before whatever has an effect. */
  readonly check: () => void;
}

/** What comes of a step: a transition, or a pause until the next look. */
export type StepResult =
  | { readonly kind: 'go'; readonly transition: Transition }
  | { readonly kind: 'wait'; readonly forMs: number | 'ever' };

export function go(transition: Transition): StepResult {
  return { kind: 'go', transition };
}

export function wait(forMs: number | 'ever'): StepResult {
  return { kind: 'wait', forMs };
}

/** Waits for a condition within a bound. */
export interface Wait {
  readonly sinceMs: number;
  readonly timeoutMs: number;
  /** Resolves to what is missing, or to undefined when nothing is. A `PortError` is something missing, too. */
  readonly missing: () => Promise<string | undefined>;
  readonly met: () => Transition;
  readonly expired: (missing: string) => Transition;
}

export async function waitFor(context: StepContext, condition: Wait): Promise<StepResult> {
  let missing: string | undefined;
  try {
    missing = await condition.missing();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    missing = error.message;
  }
  context.check();
  if (missing === undefined) return go(condition.met());
  if (context.nowMs - condition.sinceMs >= condition.timeoutMs) return go(condition.expired(missing));
  return wait(context.settings.pollMs);
}
