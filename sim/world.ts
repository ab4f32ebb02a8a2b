import type { Colour } from '../system/ports/colour.ts';
import { chunkTable, qualifiedTable, tables } from '../system/ports/tables.ts';
import { experimentTable } from '../system/routing/experiment/isolation.ts';
import { experimentSides } from '../system/routing/experiment/sides.ts';
import { CassandraRing } from './cassandra/index.ts';
import { ComponentSettings } from './component-settings.ts';
import { Components } from './components.ts';
import { Deployments, firstImage } from './deployments.ts';
import { Equipment } from './equipment/index.ts';
import { History } from './history/history.ts';
import { KafkaCluster } from './kafka/index.ts';
import { HostClock, Kernel } from './kernel/index.ts';
import { defaultKubernetesSettings, DurableStore, Kubernetes } from './kubernetes/index.ts';
import { NatsCluster, NatsDirectory, natsProfile, type NatsProfile } from './nats/index.ts';
import { HttpInterferences, Network, RpcFabric, type AnswerWatcher } from './network/index.ts';
import { Operator } from './operator.ts';
import { Preparation } from './preparation.ts';
import { Prometheus } from './prometheus/index.ts';
import { ToolConnections } from './tool-connections.ts';
import type { NatsSettings, WorldOptions } from './world-options.ts';

function natsOptions({ version = '2.12', syncAlways = false }: NatsSettings = {}): {
  readonly profile: NatsProfile;
  readonly syncAlways: boolean;
} {
  return { profile: natsProfile(version), syncAlways };
}

/** How long after its result was stored the chunks of a context can still be read. */
const chunksKeptUs = 1_200_000_000;

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
    const settings = new ComponentSettings(options, this.equipment, this.#preparation);
    const components = new Components(
      {
        options,
        history: this.history,
        kubernetes: this.kubernetes,
        fabric: this.fabric,
        natsDirectory: new NatsDirectory([this.nats.blue, this.nats.green]),
        cassandra: this.cassandra,
        kafka: this.kafka,
        prometheus: this.prometheus,
        stores: this.stores,
        httpInterferences: this.httpInterferences,
        answerWatchers: this.#answerWatchers,
      },
      settings,
    );
    new Deployments(options, kernel, this.kubernetes, components).create();
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
}
