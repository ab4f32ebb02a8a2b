import { startCollector } from '../system/collector/start.ts';
import { startV1Collector } from '../system/collector/v1/start.ts';
import { startDefender } from '../system/defender/defender.ts';
import { defaultV1DefenderSettings } from '../system/defender/v1/settings.ts';
import { startV1Defender } from '../system/defender/v1/start.ts';
import { startElectionAgent } from '../system/election-agent/start.ts';
import { BrokerPool } from '../system/kafka-client/broker-pool.ts';
import { groupLag } from '../system/kafka-client/group-lag.ts';
import type { Colour } from '../system/ports/colour.ts';
import { PortError } from '../system/ports/errors.ts';
import type { ExperimentSide } from '../system/ports/experiment-side.ts';
import type { Ports } from '../system/ports/index.ts';
import { isolatedPorts } from '../system/routing/experiment/isolated-ports.ts';
import { experimentIsolation } from '../system/routing/experiment/isolation.ts';
import { experimentLabels, type ExperimentComponent } from '../system/routing/experiment/sides.ts';
import { startGateway } from '../system/routing/gateway/start.ts';
import { startManagement } from '../system/routing/management/start.ts';
import type { RolloutSettings } from '../system/routing/rollout/settings.ts';
import { startRollout } from '../system/routing/rollout/start.ts';
import type { CassandraRing } from './cassandra/index.ts';
import { ComponentSettings, initialStableColour } from './component-settings.ts';
import { observedWork, watchedPorts } from './experiment-watch.ts';
import type { History } from './history/history.ts';
import { SimKafkaConnector, type KafkaCluster } from './kafka/index.ts';
import type { DurableStore, Kubernetes, Pod } from './kubernetes/index.ts';
import type { NatsDirectory } from './nats/index.ts';
import { SimHttp, type AnswerWatcher, type HttpInterferences, type RpcFabric } from './network/index.ts';
import { PodTelemetry, type Prometheus } from './prometheus/index.ts';
import type { ComponentName } from './system-customisation.ts';
import type { V1Options, WorldOptions } from './world-options.ts';

/** What a pod's ports lead to. */
export interface Surroundings {
  readonly options: WorldOptions;
  readonly history: History;
  readonly kubernetes: Kubernetes;
  readonly fabric: RpcFabric;
  readonly natsDirectory: NatsDirectory;
  readonly cassandra: CassandraRing;
  readonly kafka: KafkaCluster | undefined;
  readonly prometheus: Prometheus;
  readonly stores: DurableStore;
  readonly httpInterferences: HttpInterferences;
  readonly answerWatchers: readonly AnswerWatcher[];
}

/** tFDC in the pods of a fab: gives each its ports, and starts in it what a real process would start. */
export class Components {
  readonly #around: Surroundings;
  readonly #settings: ComponentSettings;

  constructor(around: Surroundings, settings: ComponentSettings) {
    this.#around = around;
    this.#settings = settings;
  }

  start(component: ComponentName, colour: Colour | undefined, pod: Pod): void {
    const own = this.#portsOf(component, colour, pod);
    const ports = this.#around.options.customisation.ports?.(component, own, colour) ?? own;
    this.#run(component, colour, ports, pod).catch((error: unknown) => {
      endOn(error, ports);
    });
  }

  /** The same collectors and Defenders as live, with isolated ports over watched ones. */
  startExperiment(component: ExperimentComponent, side: ExperimentSide, pod: Pod): void {
    const { history, kubernetes, options } = this.#around;
    const { labels, image } = kubernetes.status(pod.deployment);
    const run = labels[experimentLabels.run] ?? '';
    const colour = labels[experimentLabels.colour] === 'blue' ? 'blue' : 'green';
    const { customisation } = options;
    const own = this.#portsOf(component, undefined, pod, { side, image });
    const watched = watchedPorts(own, side, pod.name, (event) => history.record(pod.name, event));
    const isolation = customisation.experiment?.(experimentIsolation) ?? experimentIsolation;
    const isolated = isolatedPorts(watched, { run, side }, isolation);
    const ports = customisation.ports?.(component, isolated, undefined) ?? isolated;
    this.#runExperiment(component, colour, ports).catch((error: unknown) => {
      endOn(error, ports);
    });
  }

  async #runExperiment(component: ExperimentComponent, colour: Colour, ports: Ports): Promise<void> {
    switch (component) {
      case 'collector':
        // What a copy was routed by means nothing here.
        return await startCollector(ports, { ...this.#settings.collector(colour), epochGuard: undefined });
      case 'defender':
        return await startDefender(ports, {
          ...this.#settings.defender(colour),
          leadership: { kind: 'key-value' },
        });
    }
  }

  #portsOf(
    component: ComponentName,
    colour: Colour | undefined,
    pod: Pod,
    experiment?: { readonly side: ExperimentSide; readonly image: string },
  ): Ports {
    const { process, processPort, host, deployment } = pod;
    const { cassandra, fabric, history, kubernetes, natsDirectory, prometheus, stores } = this.#around;
    // The path of every request through a gateway is callbacks only.
    const isGateway = component === 'gateway';
    const rpc = isGateway ? fabric.forCallbacks(process, host) : fabric.forProcess(process, host);
    const telemetry = new PodTelemetry(pod.name, (source, event) => {
      const told = experiment === undefined ? event : observedWork(event, experiment.side, experiment.image);
      if (told !== undefined) history.record(source, told);
    });
    prometheus.addTarget({
      instance: pod.name,
      labels: { deployment, ...(colour === undefined ? {} : { colour }) },
      telemetry,
      process,
      host,
    });
    return {
      clock: process,
      random: process.random,
      nats: natsDirectory.connectorFor(process, host),
      cql: cassandra.connectorFor(process, host),
      rpc,
      http: new SimHttp(
        fabric.forHttp(process, host),
        process,
        this.#around.answerWatchers,
        this.#around.httpInterferences,
      ),
      process: processPort,
      telemetry,
      orchestrator: kubernetes.orchestratorFor(process, host),
      metricsQueries: prometheus.queriesFor(process, host),
      store: stores.storeFor(isGateway ? pod.name : deployment, process),
    };
  }

  async #run(component: ComponentName, colour: Colour | undefined, ports: Ports, pod: Pod): Promise<void> {
    const { kafka, options } = this.#around;
    const settings = this.#settings;
    const side = colour ?? initialStableColour;
    const { v1 } = options;
    if (v1 !== undefined && v1.colour === colour && kafka !== undefined) {
      const isStarted = await this.#runV1(component, v1, kafka, ports, pod);
      if (isStarted) return;
    }
    switch (component) {
      case 'collector':
        return await startCollector(ports, settings.collector(side));
      case 'defender':
        return await startDefender(ports, settings.defender(side));
      case 'election-agent':
        return await startElectionAgent(ports, settings.electionAgent());
      case 'gateway':
        return await startGateway(ports, settings.gateway());
      case 'management':
        return await startManagement(ports, settings.management());
      case 'rollout':
        return await startRollout(ports, settings.rollout(this.#v1Backlog(ports, pod)));
    }
  }

  /** The flag of the assignment controller (delivery R209) as this world has it: by colour. False for what V1 has no other form of. */
  async #runV1(
    component: ComponentName,
    v1: V1Options,
    cluster: KafkaCluster,
    ports: Ports,
    { process, host }: Pod,
  ): Promise<boolean> {
    const own = { ...ports, kafka: new SimKafkaConnector(cluster, process, host) };
    switch (component) {
      case 'collector':
        await startV1Collector(own, this.#settings.v1Collector(v1, cluster.bootstrap));
        return true;
      case 'defender':
        await startV1Defender(own, this.#settings.v1Defender(v1, cluster.bootstrap));
        return true;
      case 'election-agent':
      case 'gateway':
      case 'management':
      case 'rollout':
        return false;
    }
  }

  #v1Backlog(ports: Ports, { host, process }: Pod): RolloutSettings['v1'] {
    const { options, kafka: cluster } = this.#around;
    const { v1 } = options;
    if (v1 === undefined || cluster === undefined) return undefined;
    const { colour, partitions } = v1;
    const { consumer } = defaultV1DefenderSettings(colour, cluster.bootstrap, [], partitions);
    const kafka = new SimKafkaConnector(cluster, process, host);
    const pool = new BrokerPool({ ...ports, kafka }, consumer, process.name);
    return { colour, read: () => groupLag(pool, consumer) };
  }
}

/** A component that cannot reach what it needs ends, and is started again with back-off, as in any cluster. */
function endOn(error: unknown, ports: Ports): void {
  if (error instanceof PortError) ports.process.exit(1);
  else throw error;
}
