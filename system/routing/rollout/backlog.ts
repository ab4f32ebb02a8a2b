import type { Colour } from '../../ports/colour.ts';
import { PortError } from '../../ports/errors.ts';
import type { StreamConfig } from '../../ports/jetstream.ts';
import type { NatsConnection, NatsConnector } from '../../ports/nats-connection.ts';
import type { RolloutSettings } from './settings.ts';

/** The streams of both clusters, as an operator sees them. Errors: those of `NatsConnector` and `JetStream`. */
export class BacklogReader {
  readonly #connector: NatsConnector;
  readonly #settings: RolloutSettings;
  readonly #name: string;
  readonly #connections = new Map<Colour, Promise<NatsConnection>>();

  constructor(connector: NatsConnector, settings: RolloutSettings, name: string) {
    this.#connector = connector;
    this.#settings = settings;
    this.#name = name;
  }

  /** Messages not yet acknowledged (a work queue keeps no others); a stream that does not exist holds none. */
  async backlog(colour: Colour): Promise<number> {
    const { v1 } = this.#settings;
    if (v1?.colour === colour) return await v1.read();
    return (await this.#stream(colour))?.messages ?? 0;
  }

  /** Undefined when both streams are alike, one colour has none (V1), or the idle one is still to be made; else what differs (delivery R70). */
  async difference(stable: Colour, idle: Colour): Promise<string | undefined> {
    const { v1 } = this.#settings;
    if (v1 !== undefined && [stable, idle].includes(v1.colour)) return undefined;
    const idleStream = await this.#stream(idle);
    if (idleStream === undefined) return undefined;
    const stableStream = await this.#stream(stable);
    if (stableStream === undefined) return `the ${stable} cluster has no stream ${this.#settings.stream}`;
    const keys: readonly (keyof StreamConfig)[] = [
      'subjects',
      'retention',
      'storage',
      'replicas',
      'maxAgeMs',
      'maxMessages',
      'discard',
      'duplicateWindowMs',
    ];
    const differing = keys.find(
      (key) => JSON.stringify(idleStream.config[key]) !== JSON.stringify(stableStream.config[key]),
    );
    return differing === undefined ? undefined : `the streams differ in ${differing}`;
  }

  async #stream(
    colour: Colour,
  ): Promise<{ readonly messages: number; readonly config: StreamConfig } | undefined> {
    const connection = await this.#connection(colour);
    try {
      return await connection.jetStream.streamInfo(this.#settings.stream);
    } catch (error) {
      if (error instanceof PortError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  async #connection(colour: Colour): Promise<NatsConnection> {
    const existing = this.#connections.get(colour);
    if (existing !== undefined) return await existing;
    const connecting = this.#connector.connect({
      url: this.#settings.natsUrls[colour],
      name: this.#name,
      timeoutMs: this.#settings.natsTimeoutMs,
    });
    this.#connections.set(colour, connecting);
    try {
      return await connecting;
    } catch (error) {
      this.#connections.delete(colour);
      throw error;
    }
  }
}
