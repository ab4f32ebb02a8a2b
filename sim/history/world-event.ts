import type { SystemEvent } from '../../system/ports/system-event.ts';
import type { EquipmentEvent } from '../equipment/equipment-event.ts';
import type { KubernetesEvent } from '../kubernetes/kubernetes-event.ts';
import type { ExperimentObservation } from './experiment-event.ts';
import type { ArchiveObservation } from './archive-event.ts';
import type { PatternObservation } from './pattern-event.ts';
import type { VariantObservation } from './variant-event.ts';

export type FaultEvent =
  | {
      readonly kind: 'fault.started';
      readonly id: string;
      readonly faultKind: string;
      readonly targets: readonly string[];
    }
  | { readonly kind: 'fault.ended'; readonly id: string; readonly faultKind: string; readonly hits: number }
  /** All faults are over and what they broke is repaired: from here everything must converge. */
  | { readonly kind: 'phase'; readonly phase: 'faults' | 'healing' | 'ended' };

export type OperatorEvent = { readonly kind: 'operator.act'; readonly act: string; readonly detail: string };

export type WorldEvent =
  | SystemEvent
  | EquipmentEvent
  | KubernetesEvent
  | FaultEvent
  | OperatorEvent
  | PatternObservation
  | ArchiveObservation
  | ExperimentObservation
  | VariantObservation;
