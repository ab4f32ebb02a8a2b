import type { BreakableKafka, FaultWorld, TargetPod } from '../chaos/world-access.ts';
import type { KafkaCluster } from '../sim/kafka/index.ts';
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
      failReadiness: (name, isFailing) => kubernetes.failReadiness(name, isFailing),
      failNode: (name) => kubernetes.failNode(name),
      restoreNode: (name) => kubernetes.restoreNode(name),
    },
    ...(world.kafka === undefined ? {} : { kafka: breakableKafka(world.kafka) }),
    prometheus: world.prometheus,
    http: world.httpInterferences,
    volumes: world.stores,
    operator: world.operator,
    tools: world.connections.hosts.map((host) => ({ name: world.network.hostName(host), host })),
    leaderPod: (colour) => world.leaderPod(colour),
  };
}

function breakableKafka(cluster: KafkaCluster): BreakableKafka {
  return {
    get nodes() {
      return cluster.brokers.map(({ host, isRunning, name }) => ({ name, host, up: isRunning }));
    },
    killNode: (index) => cluster.killBroker(index + 1),
    restartNode: (index) => cluster.startBroker(index + 1),
    pauseNode: (index) => cluster.pauseBroker(index + 1),
    resumeNode: (index) => cluster.resumeBroker(index + 1),
    coordinator: (groupId) => {
      const { leader } = cluster.offsetsPartition(groupId).state;
      return leader < 0 ? undefined : leader - 1;
    },
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
