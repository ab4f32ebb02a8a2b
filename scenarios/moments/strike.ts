import type { FaultOutcome } from '../run-result.ts';
import type { PlannedFault } from '../../chaos/plan.ts';
import type { MomentTarget } from '../../chaos/planned-moment.ts';

/** A fault that can be pinned to any moment of the Defender protocol: a column of the grid of moments × faults. */
export interface Strike {
  /** The kind of the fault, with what sets it apart from others of that kind. */
  readonly name: string;
  readonly kind: string;
  /** By the names of the kind. Of a strike that is pointed at a pod none that chooses pods. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly target: MomentTarget;
  /** Absent for a kind that is one act. */
  readonly durationMs?: number;
}

/** When, after which moment. */
export interface StrikeTime {
  readonly moment: string;
  readonly occurrence: number;
  readonly delayMs: number;
  /** The moment is waited for from then on, in milliseconds since the start of the run. */
  readonly waitFromMs: number;
}

export function plannedStrike(
  { kind, parameters, target, durationMs }: Strike,
  { moment, occurrence, delayMs, waitFromMs }: StrikeTime,
): Omit<PlannedFault, 'id'> {
  return {
    kind,
    parameters: { ...parameters },
    startMs: waitFromMs,
    at: { moment, occurrence, delayMs, target, ...(durationMs === undefined ? {} : { durationMs }) },
  };
}

/** Whether a fault that was pinned to a moment was this strike. */
export function isStrike({ kind, parameters, target }: Strike, fault: FaultOutcome): boolean {
  return (
    fault.kind === kind &&
    fault.at?.target === target &&
    Object.entries(parameters).every(([name, value]) => fault.parameters[name] === value)
  );
}
