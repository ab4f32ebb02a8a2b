import type { CollectorSettings } from '../system/collector/settings.ts';
import type { DefenderSettings } from '../system/defender/settings.ts';
import type { ElectionAgentSettings } from '../system/election-agent/settings.ts';
import type { V1DefenderSettings } from '../system/defender/v1/settings.ts';
import type { Colour } from '../system/ports/colour.ts';
import type { Ports } from '../system/ports/index.ts';
import type { ExperimentIsolation } from '../system/routing/experiment/isolation.ts';
import type { GatewaySettings } from '../system/routing/gateway/settings.ts';
import type { ManagementSettings } from '../system/routing/management/settings.ts';
import type { RolloutSettings } from '../system/routing/rollout/settings.ts';

export type ComponentName =
  'collector' | 'defender' | 'election-agent' | 'gateway' | 'management' | 'rollout';

/**
 * How a world runs another system than the right one: injected policies, changed settings, or a wrapper round the ports
 * of a component. Planted bugs and experiments are made of it; nothing of it lies in `system/`.
 */
export interface SystemCustomisation {
  readonly collector?: (settings: CollectorSettings) => CollectorSettings;
  readonly defender?: (settings: DefenderSettings) => DefenderSettings;
  readonly electionAgent?: (settings: ElectionAgentSettings) => ElectionAgentSettings;
  /** For Defenders of V1, where the world has any. */
  readonly v1Defender?: (settings: V1DefenderSettings) => V1DefenderSettings;
  readonly gateway?: (settings: GatewaySettings) => GatewaySettings;
  readonly management?: (settings: ManagementSettings) => ManagementSettings;
  readonly rollout?: (settings: RolloutSettings) => RolloutSettings;
  /** What keeps the pods of an experiment from what is live. */
  readonly experiment?: (isolation: ExperimentIsolation) => ExperimentIsolation;
  /** `colour` is absent for components that have none. */
  readonly ports?: (component: ComponentName, ports: Ports, colour: Colour | undefined) => Ports;
}
