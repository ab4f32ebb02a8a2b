import { nearestName } from '../../../chaos/nearest.ts';

/** Kinds of the groups that the rules read; another kind of these groups is a mistake in writing. */
const kindsByGroup: Readonly<Record<string, readonly string[]>> = {
  '': `ConfigMap Secret Service ServiceAccount Namespace Pod PersistentVolumeClaim
    PersistentVolume Node Endpoints Event LimitRange ResourceQuota PodTemplate
    ReplicationController List Binding`.split(/\s+/),
  apps: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ControllerRevision'],
  'argoproj.io': `Rollout AnalysisTemplate ClusterAnalysisTemplate AnalysisRun Experiment Application
    ApplicationSet AppProject Workflow WorkflowTemplate CronWorkflow ClusterWorkflowTemplate
    EventSource Sensor EventBus WorkflowTaskSet WorkflowEventBinding RolloutManager ArgoCD
    WorkflowArtifactGCTask`.split(/\s+/),
  autoscaling: ['HorizontalPodAutoscaler', 'Scale'],
  policy: ['PodDisruptionBudget', 'Eviction', 'PodSecurityPolicy'],
  'networking.k8s.io': ['Ingress', 'IngressClass', 'NetworkPolicy', 'IPAddress', 'ServiceCIDR'],
  'apisix.apache.org': `ApisixRoute ApisixUpstream ApisixTls ApisixConsumer ApisixClusterConfig
    ApisixPluginConfig ApisixGlobalRule GatewayProxy Consumer PluginConfig
    BackendTrafficPolicy HTTPRoutePolicy`.split(/\s+/),
  'jetstream.nats.io': ['Stream', 'Consumer', 'KeyValue', 'ObjectStore', 'Account', 'StreamTemplate'],
  'monitoring.coreos.com': `Prometheus PrometheusRule ServiceMonitor PodMonitor Probe Alertmanager
    AlertmanagerConfig ThanosRuler PrometheusAgent ScrapeConfig`.split(/\s+/),
};

export type KindCheck =
  | { readonly verdict: 'known' }
  | { readonly verdict: 'foreign' }
  | { readonly verdict: 'unknown'; readonly nearest: string | undefined };

/** Whether a kind is one that its API group has; `foreign` where the rules know nothing of the group. */
export function checkKind(apiVersion: string, kind: string): KindCheck {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const kinds = Object.hasOwn(kindsByGroup, group) ? kindsByGroup[group] : undefined;
  if (kinds === undefined) return { verdict: 'foreign' };
  if (kinds.includes(kind)) return { verdict: 'known' };
  return { verdict: 'unknown', nearest: nearestName(kind, kinds) };
}
