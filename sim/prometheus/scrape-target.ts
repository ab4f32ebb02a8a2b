import type { Labels } from '../../system/ports/telemetry.ts';
import type { SimProcess } from '../kernel/index.ts';
import type { PodTelemetry } from './pod-telemetry.ts';
import type { SampleBlock } from './sample-block.ts';

/** A process that exposes metrics. */
export interface TargetSpec {
  /** Address of the pod. A new pod is a new instance; a container started again in the same pod is the same one. */
  readonly instance: string;
  /** Put on every series of the target; a label of the series with the same name becomes `exported_<name>`. */
  readonly labels: Labels;
  readonly telemetry: PodTelemetry;
  readonly process: SimProcess;
  /** Machine of the network. */
  readonly host: number;
}

/** One target and what was scraped from it. */
export interface ScrapeTarget {
  readonly spec: TargetSpec;
  readonly block: SampleBlock;
  /** The earlier process of the same instance, until this one is scraped for the first time. */
  predecessor: ScrapeTarget | undefined;
  /** Another process of the same instance took its place. */
  replaced: boolean;
  /** Label sets that its series are stored under, as far as they are resolved. */
  readonly storedLabels: Labels[];
}

/** Labels of a target's series as they are stored. */
export function labelsOf(target: ScrapeTarget, column: number): Labels {
  const known = target.storedLabels[column];
  if (known !== undefined) return known;
  const { instance, labels, telemetry } = target.spec;
  const stored: Record<string, string> = { ...labels, instance };
  for (const [key, value] of Object.entries(telemetry.series[column]?.labels ?? {})) {
    stored[key in stored && key !== 'le' ? `exported_${key}` : key] = value;
  }
  target.storedLabels[column] = stored;
  return stored;
}
