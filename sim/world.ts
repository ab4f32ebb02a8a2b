import type { ExperimentSide } from '../system/ports/experiment-side.ts';
import { startCollector } from '../system/collector/start.ts';
import { defaultCollectorSettings, type CollectorSettings } from '../system/collector/settings.ts';
import { startV1Collector } from '../system/collector/v1/start.ts';
import { startDefender } from '../system/defender/defender.ts';
import { learnLimits } from '../system/defender/processing/limits.ts';
import {
  agentLeadership,
  defaultDefenderSettings,
  type DefenderSettings,
  type Leadership,
} from '../system/defender/settings.ts';
import { defaultElectionAgentSettings } from '../system/election-agent/settings.ts';
import { startElectionAgent } from '../system/election-agent/start.ts';
import { defaultV1DefenderSettings } from '../system/defender/v1/settings.ts';
import { startV1Defender } from '../system/defender/v1/start.ts';
import { BrokerPool } from '../system/kafka-client/broker-pool.ts';
import { groupLag } from '../system/kafka-client/group-lag.ts';
import { colours, type Colour } from '../system/ports/colour.ts';
import { PortError } from '../system/ports/errors.ts';
import type { Ports } from '../system/ports/index.ts';
import { chunkTable, qualifiedTable, tables } from '../system/ports/tables.ts';
import { defaultExperimentSettings } from '../system/routing/experiment/defaults.ts';
import { isolatedPorts } from '../system/routing/experiment/isolated-ports.ts';
import { experimentIsolation, experimentTable } from '../system/routing/experiment/isolation.ts';
import type { ExperimentSettings } from '../system/routing/experiment/settings.ts';
import {
  experimentComponents,
  experimentDeployment,
  experimentLabels,
  experimentSides,
  type ExperimentComponent,
} from '../system/routing/experiment/sides.ts';
import { defaultExperimentCopies } from '../system/routing/gateway/experiment-copies.ts';
import { startGateway } from '../system/routing/gateway/start.ts';
import { defaultGatewaySettings, type GatewaySettings } from '../system/routing/gateway/settings.ts';
import { startManagement } from '../system/routing/management/start.ts';
import { defaultManagementSettings } from '../system/routing/management/settings.ts';
import { startRollout } from '../system/routing/rollout/start.ts';
import { defaultRolloutSettings, type RolloutSettings } from '../system/routing/rollout/settings.ts';
import { CassandraRing } from './cassandra/index.ts';
import { Equipment } from './equipment/index.ts';
import { History } from './history/history.ts';
import { KafkaCluster, SimKafkaConnector } from './kafka/index.ts';
import { observedWork, watchedPorts } from './experiment-watch.ts';
import { HostClock, Kernel } from './kernel/index.ts';
import {
  defaultKubernetesSettings,
  defaultProbe,
  DurableStore,
  Kubernetes,
  type AutoscalerSpec,
  type DeploymentSpec,
  type Pod,
} from './kubernetes/index.ts';
import { NatsCluster, NatsDirectory, natsProfile, type NatsProfile } from './nats/index.ts';
import { HttpInterferences, Network, RpcFabric, SimHttp, type AnswerWatcher } from './network/index.ts';
import { Operator } from './operator.ts';
import { Preparation } from './preparation.ts';
import { PodTelemetry, Prometheus } from './prometheus/index.ts';
import type { ComponentName } from './system-customisation.ts';
import { ToolConnections } from './tool-connections.ts';
import type { NatsSettings, V1Options, WorldOptions } from './world-options.ts';

function natsOptions({ version = '2.12', syncAlways = false }: NatsSettings = {}): {
  readonly profile: NatsProfile;
  readonly syncAlways: boolean;
} {
  return { profile: natsProfile(version), syncAlways };
}

const natsUrl = (colour: Colour): string => `nats://nats-${colour}:4222`;
const initialStable: Colour = 'blue';
/** What the fab has run for weeks: every node has it. */
const firstImage = 'v1.0';
/** How long after its result was stored the chunks of a context can still be read. */
const chunksKeptUs = 1_200_000_000;

function unchanged<Settings>(settings: Settings): Settings {
  return settings;
}

const collectorCpuMilli = 2000;

const withExperimentTables = [
  ...tables,
  ...experimentSides.flatMap((side) =>
    tables.flatMap((table) => {
      const own = experimentTable(table, side);
      return own === table ? [] : own;
    }),
  ),
];

/** The services need this long from nothing to ready. */
const toolsStartMs = 75_000;

/** One simulated fab: servers, network, platform, tools, people, and tFDC running in it. */
export class World {
  readonly options: WorldOptions;
  readonly kernel: Kernel;
  readonly network: Network;
  readonly history: History;
  readonly kubernetes: Kubernetes;
  readonly fabric: RpcFabric;
  readonly httpInterferences = new HttpInterferences();
  readonly nats: Readonly<Record<Colour, NatsCluster>>;
  readonly cassandra: CassandraRing;
  readonly kafka: KafkaCluster | undefined;
  readonly prometheus: Prometheus;
  readonly stores: DurableStore;
  readonly equipment: Equipment;
  readonly operator: Operator;
  readonly connections: ToolConnections;
  readonly #natsDirectory: NatsDirectory;
  readonly #answerWatchers: AnswerWatcher[] = [];
  readonly #leaders = new Map<Colour, string>();
  readonly #preparation: Preparation;

  constructor(options: WorldOptions) {
    this.options = options;
    this.#preparation = options.preparation ?? new Preparation();
    const kernel = new Kernel({
      seed: options.seed,
      ...(options.maxEvents === undefined ? {} : { maxEvents: options.maxEvents }),
    });
    this.kernel = kernel;
    this.history = new History(kernel);
    this.network = new Network(kernel);
    this.kubernetes = new Kubernetes(
      kernel,
      this.network,
      (event) => this.history.record('kubernetes', event),
      { ...defaultKubernetesSettings, preloadedImages: [firstImage] },
    );
    this.fabric = new RpcFabric(this.network, this.kubernetes);
    this.nats = {
      blue: new NatsCluster(kernel, this.network, {
        name: 'nats-blue',
        nodeCount: options.natsNodes,
        elide: options.elide,
        ...natsOptions(options.nats),
      }),
      green: new NatsCluster(kernel, this.network, {
        name: 'nats-green',
        nodeCount: options.natsNodes,
        elide: options.elide,
        ...natsOptions(options.nats),
      }),
    };
    this.#natsDirectory = new NatsDirectory([this.nats.blue, this.nats.green]);
    this.cassandra = new CassandraRing(kernel, this.network, {
      name: 'cassandra',
      nodeCount: options.cassandraNodes,
      replicationFactor: options.replicationFactor,
      tables: options.experiment === undefined ? tables : withExperimentTables,
      elide: options.elide,
    });
    this.kafka =
      options.v1 === undefined
        ? undefined
        : new KafkaCluster(kernel, this.network, { name: 'kafka', brokerCount: options.v1.brokers });
    this.prometheus = new Prometheus(kernel, this.network);
    this.stores = new DurableStore(kernel);
    this.operator = new Operator(
      kernel,
      this.network,
      this.fabric,
      new HostClock(kernel),
      this.history,
      this.kubernetes,
    );
    this.connections = new ToolConnections(kernel, this.network, this.fabric, options.tools);
    this.equipment = new Equipment(kernel, {
      tools: options.tools,
      startMs: toolsStartMs,
      settings: { ...options.equipment, unitKind: options.unitKind ?? 'tool' },
      ...(options.wafers === undefined ? {} : { wafers: options.wafers }),
      send: this.connections.send,
      record: (tool, event) => this.history.record(tool, event),
    });
    // Chunks serve the packing and, where that failed, the processing; a day of them would not fit in memory.
    this.history.on('uchart.stored', ({ contextId }) => {
      const slash = contextId.lastIndexOf('/');
      const key = { tool: contextId.slice(0, slash), context_sequence: Number(contextId.slice(slash + 1)) };
      this.cassandra.retire(chunkTable, key, chunksKeptUs);
    });
    this.history.on('leader.elected', (event) => this.#leaders.set(event.colour, event.pod));
    this.#storeQualifiedCharts();
    this.#deploy();
  }

  /** From now on told of every HTTP answer that a pod gets, by the pod's name. */
  watchAnswers(watcher: AnswerWatcher): void {
    this.#answerWatchers.push(watcher);
  }

  /** Name of the pod that last said it leads the Defenders of this colour, while it lives. */
  leaderPod(colour: Colour): string | undefined {
    const name = this.#leaders.get(colour);
    return name !== undefined && this.kubernetes.pod(name)?.container?.process.alive === true
      ? name
      : undefined;
  }

  /** Puts the qualified charts of every recipe into the store, as engineers did before the day began. */
  #storeQualifiedCharts(): void {
    this.#preparation.qualifiedCharts ??= this.equipment.qualifiedCharts();
    for (const [recipe, charts] of this.#preparation.qualifiedCharts) {
      charts.forEach((result, ordinal) => {
        this.cassandra.preload({ kind: 'insert', table: qualifiedTable }, { recipe, ordinal, result });
      });
    }
  }

  #deploy(): void {
    const { defenders, collectors, gateways, bothColours } = this.options;
    this.#deployComponent('management', undefined, { name: 'management', replicas: 1, stableNames: true });
    this.#deployComponent('rollout', undefined, { name: 'rollout', replicas: 1, stableNames: true });
    this.#deployComponent('gateway', undefined, { name: 'gateway', replicas: gateways, stableNames: true });
    if (this.options.experiment !== undefined) {
      for (const side of experimentSides) {
        for (const component of experimentComponents) this.#deployExperiment(component, side);
      }
    }
    for (const colour of colours) {
      const up = bothColours || colour === initialStable;
      this.#deployComponent('collector', colour, {
        name: `collector-${colour}`,
        replicas: up ? collectors : 0,
        cpuMilli: collectorCpuMilli,
        ...this.#autoscaled(colour),
      });
      this.#deployComponent('defender', colour, {
        name: `defender-${colour}`,
        replicas: up ? defenders : 0,
        cpuMilli: 4000,
        // Successors must stand by before anyone leaves, or an id has nobody to be handed to (defender §6).
        maxUnavailable: 0,
      });
      if (this.options.leadership === 'agent') {
        this.#deployComponent('election-agent', colour, {
          name: `election-agent-${colour}`,
          replicas: 1,
          stableNames: true,
        });
      }
    }
  }

  #autoscaled(colour: Colour): Partial<DeploymentSpec> {
    const { autoscaling, collectors } = this.options;
    if (autoscaling === undefined) return {};
    const { mostReplicas, targetCpuPercent, cpuPercent } = autoscaling;
    const autoscaler: AutoscalerSpec = {
      minReplicas: collectors,
      maxReplicas: mostReplicas,
      targetCpuPercent,
      cpuUsageMilli: ({ deployment }) =>
        this.kubernetes.status(deployment).labels['autoscaling'] === 'on'
          ? (cpuPercent(this.kernel.nowUs) / 100) * collectorCpuMilli
          : undefined,
    };
    return { autoscaler, labels: { colour, autoscaling: colour === initialStable ? 'on' : 'off' } };
  }

  #deployComponent(
    component: ComponentName,
    colour: Colour | undefined,
    spec: Pick<DeploymentSpec, 'name' | 'replicas'> & Partial<DeploymentSpec>,
  ): void {
    const disruptionBudget = this.options.disruptionBudgets?.[component];
    this.kubernetes.deploy({
      image: firstImage,
      labels: colour === undefined ? {} : { colour },
      readiness: { ...defaultProbe, periodMs: 2000 },
      ...(disruptionBudget === undefined ? {} : { disruptionBudget }),
      ...spec,
      start: (pod) => this.#start(component, colour, pod),
    });
  }

  #deployExperiment(component: ExperimentComponent, side: ExperimentSide): void {
    this.kubernetes.deploy({
      name: experimentDeployment(component, side),
      image: firstImage,
      replicas: 0,
      cpuMilli: collectorCpuMilli,
      labels: {},
      readiness: { ...defaultProbe, periodMs: 2000 },
      start: (pod) => this.#startExperiment(component, side, pod),
    });
  }

  /** The same collectors and Defenders as live, with isolated ports over watched ones. */
  #startExperiment(component: ExperimentComponent, side: ExperimentSide, pod: Pod): void {
    const { labels, image } = this.kubernetes.status(pod.deployment);
    const run = labels[experimentLabels.run] ?? '';
    const colour = labels[experimentLabels.colour] === 'blue' ? 'blue' : 'green';
    const { customisation } = this.options;
    const own = this.#portsOf(component, undefined, pod, { side, image });
    const watched = watchedPorts(own, side, pod.name, (event) => this.history.record(pod.name, event));
    const isolation = (customisation.experiment ?? unchanged)(experimentIsolation);
    const isolated = isolatedPorts(watched, { run, side }, isolation);
    const ports = customisation.ports?.(component, isolated, undefined) ?? isolated;
    this.#runExperiment(component, colour, ports).catch((error: unknown) => {
      if (error instanceof PortError) ports.process.exit(1);
      else throw error;
    });
  }

  async #runExperiment(component: ExperimentComponent, colour: Colour, ports: Ports): Promise<void> {
    switch (component) {
      case 'collector':
        return await startCollector(ports, {
          ...this.#collectorSettings(colour),
          // What a copy was routed by means nothing here.
          epochGuard: undefined,
        });
      case 'defender':
        return await startDefender(ports, {
          ...this.#defenderSettings(colour),
          leadership: { kind: 'key-value' },
        });
    }
  }

  #start(component: ComponentName, colour: Colour | undefined, pod: Pod): void {
    const own = this.#portsOf(component, colour, pod);
    const ports = this.options.customisation.ports?.(component, own, colour) ?? own;
    this.#run(component, colour, ports, pod).catch((error: unknown) => {
      // A component that cannot reach what it needs ends, and is started again with back-off, as in any cluster.
      if (error instanceof PortError) ports.process.exit(1);
      else throw error;
    });
  }

  #portsOf(
    component: ComponentName,
    colour: Colour | undefined,
    pod: Pod,
    experiment?: { readonly side: ExperimentSide; readonly image: string },
  ): Ports {
    const { process, processPort, host, deployment } = pod;
    // The path of every request through a gateway is callbacks only.
    const isGateway = component === 'gateway';
    const rpc = isGateway ? this.fabric.forCallbacks(process, host) : this.fabric.forProcess(process, host);
    const telemetry = new PodTelemetry(pod.name, (source, event) => {
      const told = experiment === undefined ? event : observedWork(event, experiment.side, experiment.image);
      if (told !== undefined) this.history.record(source, told);
    });
    this.prometheus.addTarget({
      instance: pod.name,
      labels: { deployment, ...(colour === undefined ? {} : { colour }) },
      telemetry,
      process,
      host,
    });
    return {
      clock: process,
      random: process.random,
      nats: this.#natsDirectory.connectorFor(process, host),
      cql: this.cassandra.connectorFor(process, host),
      rpc,
      http: new SimHttp(
        this.fabric.forHttp(process, host),
        process,
        this.#answerWatchers,
        this.httpInterferences,
      ),
      process: processPort,
      telemetry,
      orchestrator: this.kubernetes.orchestratorFor(process, host),
      metricsQueries: this.prometheus.queriesFor(process, host),
      store: this.stores.storeFor(isGateway ? pod.name : deployment, process),
    };
  }

  async #run(component: ComponentName, colour: Colour | undefined, ports: Ports, pod: Pod): Promise<void> {
    const { customisation, defenders, collectors } = this.options;
    const side = colour ?? initialStable;
    const { v1 } = this.options;
    if (v1 !== undefined && v1.colour === colour && this.kafka !== undefined) {
      const isStarted = await this.#runV1(component, v1, this.kafka, ports, pod);
      if (isStarted) return;
    }
    switch (component) {
      case 'collector':
        return await startCollector(ports, this.#collectorSettings(side));
      case 'defender':
        return await startDefender(ports, this.#defenderSettings(side));
      case 'election-agent':
        return await startElectionAgent(
          ports,
          (customisation.electionAgent ?? unchanged)(defaultElectionAgentSettings),
        );
      case 'gateway':
        return await startGateway(ports, (customisation.gateway ?? unchanged)(this.#gatewaySettings()));
      case 'management':
        return await startManagement(
          ports,
          (customisation.management ?? unchanged)({
            ...defaultManagementSettings,
            inventory: this.equipment.inventory,
            initialStableColour: initialStable,
          }),
        );
      case 'rollout':
        return await startRollout(
          ports,
          (customisation.rollout ?? unchanged)({
            ...defaultRolloutSettings,
            v1: this.#v1Backlog(ports, pod),
            experiment: this.#experimentSettings(),
            collector: { ...defaultRolloutSettings.collector, replicas: collectors },
            defender: { ...defaultRolloutSettings.defender, replicas: defenders },
          }),
        );
    }
  }

  #collectorSettings(colour: Colour): CollectorSettings {
    return (this.options.customisation.collector ?? unchanged)({
      ...defaultCollectorSettings(colour, natsUrl(colour)),
      unitKind: this.options.unitKind ?? 'tool',
      expectedClusterName: `nats-${colour}`,
    });
  }

  #defenderSettings(colour: Colour): DefenderSettings {
    return (this.options.customisation.defender ?? unchanged)({
      ...defaultDefenderSettings(colour, natsUrl(colour), this.equipment.inventory),
      expectedClusterName: `nats-${colour}`,
      learnLimits: this.#rememberedLimits,
      leadership: this.#leadershipOf(colour),
      consumerModel: this.options.consumerModel ?? 'durable-per-unit',
      unitKind: this.options.unitKind ?? 'tool',
    });
  }

  #gatewaySettings(): GatewaySettings {
    const { experiment } = this.options;
    if (experiment === undefined) return defaultGatewaySettings;
    const { toolPercent } = experiment;
    return { ...defaultGatewaySettings, experimentCopies: { ...defaultExperimentCopies, toolPercent } };
  }

  #experimentSettings(): ExperimentSettings | undefined {
    const { experiment } = this.options;
    return experiment && { ...defaultExperimentSettings, ...experiment.settings };
  }

  #leadershipOf(colour: Colour): Leadership {
    switch (this.options.leadership ?? 'key-value') {
      case 'key-value':
        return { kind: 'key-value' };
      case 'agent':
        return agentLeadership(`election-agent-${colour}:${defaultElectionAgentSettings.port}`);
    }
  }

  #v1Backlog(ports: Ports, { host, process }: Pod): RolloutSettings['v1'] {
    const { v1 } = this.options;
    if (v1 === undefined || this.kafka === undefined) return undefined;
    const { colour, partitions } = v1;
    const { consumer } = defaultV1DefenderSettings(colour, this.kafka.bootstrap, [], partitions);
    const kafka = new SimKafkaConnector(this.kafka, process, host);
    const pool = new BrokerPool({ ...ports, kafka }, consumer, process.name);
    return { colour, read: () => groupLag(pool, consumer) };
  }

  /** The flag of the assignment controller (delivery R209) as this world has it: by colour. False for what V1 has no other form of. */
  async #runV1(
    component: ComponentName,
    { colour, partitions }: V1Options,
    cluster: KafkaCluster,
    ports: Ports,
    { process, host }: Pod,
  ): Promise<boolean> {
    const { customisation } = this.options;
    const own = { ...ports, kafka: new SimKafkaConnector(cluster, process, host) };
    const { inventory } = this.equipment;
    const settings = defaultV1DefenderSettings(colour, cluster.bootstrap, inventory, partitions);
    switch (component) {
      case 'collector': {
        const { completionTopic, consumer: kafka } = settings;
        const collector = (customisation.collector ?? unchanged)(defaultCollectorSettings(colour, ''));
        await startV1Collector(own, { ...collector, kafka, completionTopic });
        return true;
      }
      case 'defender': {
        const remembering = { ...settings, learnLimits: this.#rememberedLimits };
        await startV1Defender(own, (customisation.v1Defender ?? unchanged)(remembering));
        return true;
      }
      case 'election-agent':
      case 'gateway':
      case 'management':
      case 'rollout':
        return false;
    }
  }

  /** Learning is a pure function of the stored charts, so that 90 Defenders need not do it 90 times. */
  readonly #rememberedLimits: typeof learnLimits = (recipe, strategies, qualified) => {
    const key = `${recipe}\u0000${qualified.length}`;
    const known = this.#preparation.limits;
    let limits = known.get(key);
    if (limits === undefined) {
      limits = learnLimits(recipe, strategies, qualified);
      known.set(key, limits);
    }
    return limits;
  };
}
