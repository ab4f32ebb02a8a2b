import { PortError } from '../../../system/ports/errors.ts';
import type { DeliveredMessage, StreamConfig } from '../../../system/ports/jetstream.ts';
import type { NatsConnection } from '../../../system/ports/nats-connection.ts';
import { isWithin } from '../../../system/routing/variants/percentage/split.ts';
import {
  deploymentVersions,
  type DeploymentVersion,
} from '../../../system/routing/variants/versioned/names.ts';
import {
  ShadowPublisher,
  type Publisher,
  type ShadowMode,
} from '../../../system/routing/variants/versioned/shadow-publisher.ts';
import { versionedConnector } from '../../../system/routing/variants/versioned/versioned-connector.ts';
import { completionStreamConfig, completionSubject } from '../../../system/ports/completion.ts';
import { NatsCluster } from '../../../sim/nats/index.ts';
import { goal } from '../../catalog/scenario.ts';
import { NatsDirectory } from '../../../sim/nats/nats-directory.ts';
import type { Component, Stage, StagePorts } from '../stage.ts';
import type { Variant } from '../variant.ts';

const minutes = 10;
const tools = Array.from({ length: 20 }, (_, index) => `tool_${String(index).padStart(3, '0')}`);
const url = 'nats://shadow-nats:4222';
const shadowStream: StreamConfig = completionStreamConfig;
const publishTimeoutMs = 2000;
const stopMs = (minutes - 2) * 60_000;

/** Delivery R130 with its own example of a pattern. */
const mode: ShadowMode = {
  enabled: true,
  tools: new Set(['tool_011']),
  pattern: /^tool_00/,
  percent: 10,
  isWithin,
};

type MakePublisher = (stable: Publisher, canary: Publisher, ports: StagePorts) => Publisher;

const correct: MakePublisher = (stable, canary, { telemetry }) =>
  new ShadowPublisher(stable, canary, () => mode, telemetry);

const bugs: Readonly<Record<string, MakePublisher>> = {
  /** The canary first, and its failure fails the request. */
  'canary-first': (stable, canary) => ({
    async publish(subject, payload, options) {
      await canary.publish(subject, payload, options);
      return await stable.publish(subject, payload, options);
    },
  }),
};

/** One cluster with a stream for each half; collectors publish, and both halves consume what is theirs. */
class ShadowPublishStage {
  readonly #stage: Stage;
  readonly #cluster: NatsCluster;
  readonly #directory: NatsDirectory;
  readonly #make: MakePublisher;
  #canaryIsFull = false;

  constructor(stage: Stage, make: MakePublisher) {
    this.#stage = stage;
    this.#make = make;
    this.#cluster = new NatsCluster(stage.kernel, stage.network, {
      name: 'shadow-nats',
      nodeCount: 3,
      elide: true,
    });
    this.#directory = new NatsDirectory([this.#cluster]);
    const collectors = [0, 1].map((index) => this.#collector(index));
    const consumers = deploymentVersions.map((version) => this.#consumer(version));
    stage.disturb({
      fromMs: 30_000,
      untilMs: stopMs,
      everyMs: 25_000,
      killed: [...collectors, ...consumers],
      acts: [
        {
          kind: 'canary-refuses',
          begin: () => {
            this.#canaryIsFull = true;
            return () => {
              this.#canaryIsFull = false;
            };
          },
        },
      ],
    });
  }

  async #connect(component: Component, version: DeploymentVersion): Promise<NatsConnection> {
    const own = this.#directory.connectorFor(component.process, component.host);
    const connector = versionedConnector(own, { url, versionOf: () => version });
    for (;;) {
      try {
        const options = { url, name: component.name, timeoutMs: publishTimeoutMs };
        const connection = await connector.connect(options);
        await connection.jetStream.ensureStream(shadowStream);
        return connection;
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        await component.process.sleep(1000);
      }
    }
  }

  #collector(index: number): Component {
    return this.#stage.add({
      name: `shadow-collector-${index}`,
      start: async (ports, component) => {
        const stable = (await this.#connect(component, 'stable')).jetStream;
        const canary = (await this.#connect(component, 'canary')).jetStream;
        const refusing: Publisher = {
          publish: (subject, payload, options) =>
            this.#canaryIsFull
              ? Promise.reject(new PortError('the stream of the canary is full', 'stream-full'))
              : canary.publish(subject, payload, options),
        };
        void this.#publish(ports, this.#make(stable, refusing, ports), index);
      },
    });
  }

  async #publish({ clock, random }: StagePorts, publisher: Publisher, index: number): Promise<void> {
    for (let number = 1; this.#stage.nowMs < stopMs; number++) {
      const tool = tools[random.integer(0, tools.length - 1)] ?? '';
      const messageId = `${index}-${Math.round(this.#stage.nowMs)}-${number}`;
      const options = { messageId, timeoutMs: publishTimeoutMs };
      const payload = new TextEncoder().encode(messageId);
      const canaryRefused = this.#canaryIsFull;
      const ok = await publisher.publish(completionSubject('tool', tool, 1), payload, options).then(
        () => true,
        () => false,
      );
      this.#stage.history.record('shadow-collector', {
        kind: 'shadow.published',
        tool,
        messageId,
        ok,
        canaryRefused: canaryRefused || this.#canaryIsFull,
        isSelected: tool === 'tool_011' || tool.startsWith('tool_00') || isWithin(tool, mode.percent),
      });
      await clock.sleep(random.integer(200, 1000));
    }
  }

  #consumer(version: DeploymentVersion): Component {
    return this.#stage.add({
      name: `shadow-consumer-${version}`,
      start: async (_ports, component) => {
        const { jetStream } = await this.#connect(component, version);
        for (const tool of tools) {
          const durable = `defender-${tool}`;
          await jetStream.ensureConsumer(shadowStream.name, {
            durable,
            filterSubjects: [completionSubject('tool', tool, 1)],
            ackWaitMs: 10_000,
            maxDeliver: -1,
            maxAckPending: 10,
            replicas: 3,
          });
          const message = (delivered: DeliveredMessage): void => {
            delivered.ack();
            const messageId = new TextDecoder().decode(delivered.payload);
            this.#stage.history.record(component.name, {
              kind: 'shadow.consumed',
              version,
              subject: delivered.subject,
              messageId,
            });
          };
          jetStream.consume(shadowStream.name, durable, { maxMessages: 10, expiresMs: 5000 }, { message });
        }
      },
    });
  }
}

export const shadowPublishVariant: Variant = {
  name: 'shadow-publish',
  summary: 'completions of chosen tools are published to the canary as well, on one NATS cluster',
  minutes,
  goals: [
    goal('the canary consumed a copy', 'shadow.consumed', ({ version }) => version === 'canary'),
    goal('the canary refused', 'shadow.published', ({ canaryRefused }) => canaryRefused, false),
  ],
  begin(stage, bug) {
    new ShadowPublishStage(stage, (bug === undefined ? undefined : bugs[bug]) ?? correct);
  },
};
