import type { FaultWorld, TargetPod } from '../chaos/world-access.ts';
import type { Pod } from '../sim/kubernetes/index.ts';
import type { World } from '../sim/world.ts';

/** What faults see of a simulated world. */
export function faultWorldOf(world: World): FaultWorld {
  const { kubernetes } = world;
  return {
    kernel: world.kernel,
    network: world.network,
    history: world.history,
    nats: world.nats,
    cassandra: world.cassandra,
    kubernetes: {
      pods: (filter) => kubernetes.pods(filter).filter(isRunning).map(targetOf),
      killPod: (name) => kubernetes.killPod(name),
      deletePod: (name) => kubernetes.deletePod(name),
      freezePod: (name) => kubernetes.freezePod(name),
      resumePod: (name) => kubernetes.resumePod(name),
      failNode: (name) => kubernetes.failNode(name),
      restoreNode: (name) => kubernetes.restoreNode(name),
    },
    prometheus: world.prometheus,
    operator: world.operator,
    tools: world.connections.hosts.map((host) => ({ name: world.network.hostName(host), host })),
    leaderPod: (colour) => world.leaderPod(colour),
  };
}

function isRunning(pod: Pod): boolean {
  return pod.phase === 'running' && pod.container?.process.alive === true;
}

function targetOf(pod: Pod): TargetPod {
  return {
    name: pod.name,
    deployment: pod.deployment,
    host: pod.host,
    nodeName: pod.node?.name ?? '',
    process: pod.process,
    ready: pod.ready,
  };
}
