import type { Colour } from './colour.ts';

/** What the variants of delivery say of themselves (delivery §3.8–§3.15); `client` is a tool, or who else sends requests. */
export type VariantEvent = PercentageEvent | ConsistencyEvent | ThresholdEvent | PipelineEvent;

/** Why a request went where it went. `withdrawn`: there is no canary (any more). */
export type CanaryReason = 'header' | 'cookie' | 'affinity' | 'weight' | 'withdrawn';

export type CanaryBackend = 'stable' | 'canary';

type PercentageEvent =
  /** The canary's share was changed, durably. */
  | {
      readonly kind: 'canary.configured';
      readonly release: string;
      readonly revision: number;
      readonly enabled: boolean;
      readonly weightPercent: number;
    }
  /** A gateway sent a request on. */
  | {
      readonly kind: 'canary.routed';
      readonly gateway: string;
      readonly client: string;
      readonly backend: CanaryBackend;
      readonly reason: CanaryReason;
      readonly release: string;
      readonly revision: number;
      readonly weightPercent: number;
    };

/** Main was compared with the shadow store: keys that the shadow lacks, and keys that it has otherwise. */
interface ConsistencyEvent {
  readonly kind: 'consistency.checked';
  readonly client: string;
  readonly compared: number;
  readonly missing: readonly string[];
  readonly different: readonly string[];
}

type ThresholdEvent =
  /** The controller decided, durably. */
  | {
      readonly kind: 'threshold.decided';
      readonly mode: 'advancing' | 'reducing' | 'withdrawing' | 'draining' | 'ended' | 'promoted';
      readonly stage: number;
      readonly reason: string;
    }
  /** The canary's processes were ended. */
  | { readonly kind: 'threshold.terminated'; readonly release: string };

/** A release of the three pipelines entered a step, durably. */
interface PipelineEvent {
  readonly kind: 'pipeline.entered';
  readonly build: string;
  readonly dark: Colour;
  readonly old: Colour;
  readonly step: string;
  readonly reason: string;
}
