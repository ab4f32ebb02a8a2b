import type { Colour } from '../../system/ports/colour.ts';
import type { CanaryBackend } from '../../system/ports/variant-event.ts';

/** What a stage found out about a variant of delivery, whatever the variant says of itself. */
export type VariantObservation =
  | PercentageObservation
  | ShadowObservation
  | OperationObservation
  | ThresholdObservation
  | PipelineObservation;

/** A client got an answer. `forced`: it asked for a side by header or cookie. */
interface PercentageObservation {
  readonly kind: 'canary.answered';
  readonly client: string;
  readonly backend: CanaryBackend;
  readonly release: string;
  readonly forced: boolean;
}

type ShadowObservation =
  /** A gateway sent a request to one side. `isMarked`: with all headers that belong to it. */
  | {
      readonly kind: 'shadow.sent';
      readonly gateway: string;
      readonly side: 'live' | 'shadow';
      readonly isMarked: boolean;
    }
  /** A gateway answered its caller. `heldMs`: how long after live had answered; `isAltered`: not as live had. */
  | {
      readonly kind: 'shadow.answered';
      readonly gateway: string;
      readonly heldMs: number;
      readonly isAltered: boolean;
    }
  /** What a gateway's comparison shows, between the least and the most that it may show. */
  | {
      readonly kind: 'shadow.viewed';
      readonly gateway: string;
      readonly messages: number;
      readonly fewestMessages: number;
      readonly mostMessages: number;
      readonly differences: number;
      readonly fewestDifferences: number;
      readonly mostDifferences: number;
    }
  /** A collector published a completion. `isSelected`: its tool is shadowed; `canaryRefused`: while the canary's stream refused. */
  | {
      readonly kind: 'shadow.published';
      readonly tool: string;
      readonly messageId: string;
      readonly ok: boolean;
      readonly canaryRefused: boolean;
      readonly isSelected: boolean;
    }
  /** One half consumed a completion, under the subject that it saw. */
  | {
      readonly kind: 'shadow.consumed';
      readonly version: 'stable' | 'canary';
      readonly subject: string;
      readonly messageId: string;
    }
  /** Rows where live reads, and those of them that the shadow wrote. */
  | { readonly kind: 'shadow.audited'; readonly rows: number; readonly foreignRows: number };

type OperationObservation =
  /** A client heard that its write is done, or that another payload came first. */
  | {
      readonly kind: 'operation.answered';
      readonly operation: string;
      readonly payload: string;
      readonly result: string | undefined;
    }
  /** What lies in the stores of one write. `owedMs`: how long ago a client heard that it is done. */
  | {
      readonly kind: 'operation.audited';
      readonly operation: string;
      readonly rows: number;
      readonly payload: string | undefined;
      readonly inShadow: boolean;
      readonly owedMs: number;
    }
  /** Somebody changed a row of the shadow store behind everybody's back; perhaps only, where the store did not say. */
  | { readonly kind: 'operation.corrupted'; readonly key: string; readonly isCertain: boolean };

/** From now on the canary really is like this, whatever anybody measures. */
interface ThresholdObservation {
  readonly kind: 'threshold.truth';
  readonly truth: 'healthy' | 'errors' | 'slow' | 'tasks' | 'agents' | 'recovered';
}

type PipelineObservation =
  /** A person or build server gave an order, and heard what became of it. Alerts: as they were when it was answered. */
  | {
      readonly kind: 'pipeline.ordered';
      readonly order: 'begin' | 'approve' | 'retire' | 'rollBack';
      readonly build: string;
      readonly accepted: boolean;
      readonly alerts: number | undefined;
      readonly reason: string;
    }
  /** A person decided to give an order, and gives it until it is heard. */
  | { readonly kind: 'pipeline.meant'; readonly order: string; readonly build: string }
  /** The tests of a build passed on a side. */
  | { readonly kind: 'pipeline.tested'; readonly colour: Colour; readonly build: string }
  /** Something was really changed; the numbers are those of the side before the change. */
  | {
      readonly kind: 'pipeline.changed';
      readonly what: 'route' | 'build' | 'scale';
      readonly colour: Colour;
      readonly build: string;
      readonly replicas: number;
      readonly ready: number;
      readonly live: Colour;
    };
