export { Autoscaling, type AutoscalingTimes, type ObservedPod } from './autoscaling.ts';
export type { Container } from './container.ts';
export { controllerRules, type ControllerRules } from './controller-rules.ts';
export type { DeploymentConditions, DeploymentCounts } from './deployment-conditions.ts';
export {
  defaultProbe,
  type DeploymentSpec,
  type ProbeSpec,
  type RolloutSettings,
} from './deployment-spec.ts';
export type { BudgetStatus, DisruptionBudget } from './disruption-budget.ts';
export type { EvictionOutcome } from './disruption.ts';
export { defaultDurableStoreSettings, DurableStore, type DurableStoreSettings } from './durable-store.ts';
export type { AutoscalerSpec } from './horizontal-autoscaler.ts';
export type { KubernetesEvent, PodEnd } from './kubernetes-event.ts';
export { Kubernetes } from './kubernetes.ts';
export type { ClusterNode } from './node.ts';
export type { Pod, PodPhase } from './pod.ts';
export { compareForDeletion, type DeletionCandidate } from './pod-order.ts';
export type { ScaledPod } from './replica-calculator.ts';
export type { ReplicaSetResize, ReplicaSetView } from './replica-set.ts';
export type { CountOrPercent } from './rolling-update.ts';
export type { ScalingBehaviour, ScalingRules } from './scaling-behaviour.ts';
export type { Service } from './service.ts';
export {
  defaultKubernetesSettings,
  nodesNamed,
  type DurationRange,
  type KubernetesSettings,
  type NodeSettings,
} from './settings.ts';
