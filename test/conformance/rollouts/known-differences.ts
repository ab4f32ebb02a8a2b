import { firstDifference } from './comparison.ts';
import type { RecordedPlan } from './plan.ts';

/** A difference that is understood and left. */
export interface KnownDifference {
  readonly id: string;
  readonly what: string;
  readonly why: string;
  /** Day it was listed. */
  readonly since: string;
  /** Who could be misled by it, and how. */
  readonly misleads: string;
  /** Of a record with which the model does not agree. */
  explains(recorded: RecordedPlan): boolean;
}

/** So long that two pods are replaced one after the other in a pause of a second, or only one. */
const slowPodsMs = [800, 1_200];

export const knownDifferences: readonly KnownDifference[] = [
  {
    id: 'pause-races-with-pods',
    what: 'without a router, how many pods of an older version a pause with an end lets stable take back before the next step; where pods of the new version are held there, it stays so',
    why: 'chance: the controller keeps the beginning of a pause in whole seconds (metav1.Time, compared by CompletedCanaryPauseStep), so that one of a second lasts up to a second less, and pods are replaced one at a time, each as soon as the one before it is there; in the model both take exactly as long as they say. The controller has played the same plan in two ways (four and five of eight pods are stable’s), and with pods of other lengths the model plays both',
    since: '2026-11-21',
    misleads:
      'none: Rollouts of tFDC have a router; a dry run of one without shows pauses up to a second too long',
    explains: (recorded) => {
      const { routed, steps } = recorded.plan.rollout;
      const hasEnd = steps.some((step) => step.kind === 'pause' && step.seconds !== undefined);
      const isShown = (podReadyMs: number): boolean =>
        firstDifference(recorded, undefined, podReadyMs) === undefined;
      return !routed && hasEnd && slowPodsMs.some((podReadyMs) => isShown(podReadyMs));
    },
  },
];

/** Why the model shows something else than a record, where that is understood; undefined also where it does not. */
export function knownDifference(recorded: RecordedPlan): KnownDifference | undefined {
  if (firstDifference(recorded) === undefined) return undefined;
  return knownDifferences.find((known) => known.explains(recorded));
}
