export type { Container } from './container.ts';
export { defaultProbe, type DeploymentSpec, type ProbeSpec } from './deployment-spec.ts';
export type { DisruptionBudget } from './disruption-budget.ts';
export type { EvictionOutcome } from './disruption.ts';
export { defaultDurableStoreSettings, DurableStore, type DurableStoreSettings } from './durable-store.ts';
export type { AutoscalerSpec } from './horizontal-autoscaler.ts';
export type { KubernetesEvent, PodEnd } from './kubernetes-event.ts';
export { Kubernetes } from './kubernetes.ts';
export type { ClusterNode } from './node.ts';
export type { Pod, PodPhase } from './pod.ts';
export type { CountOrPercent } from './rolling-update.ts';
export type { ScalingBehaviour } from './scaling-behaviour.ts';
export type { Service } from './service.ts';
export {
  defaultKubernetesSettings,
  nodesNamed,
  type DurationRange,
  type KubernetesSettings,
  type NodeSettings,
} from './settings.ts';
