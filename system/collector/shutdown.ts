import type { RpcServer } from '../ports/rpc.ts';
import type { CompletePorts } from './complete.ts';
import type { CollectorSettings } from './settings.ts';

/** The way out, from whatever point of the start it is asked for. */
export class CollectorShutdown {
  /** To NATS, or to Kafka in V1. */
  connection: { close(): Promise<void> } | undefined;
  server: RpcServer | undefined;
  begun = false;
  readonly #ports: CompletePorts;
  readonly #settings: CollectorSettings;

  constructor(ports: CompletePorts, settings: CollectorSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  begin(): void {
    if (this.begun) return;
    this.begun = true;
    const { clock, process } = this.#ports;
    process.setReady(false);
    clock.after(this.#settings.graceMs, () => process.exit(1));
    this.#finish().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  }

  async #finish(): Promise<void> {
    if (this.server !== undefined) {
      await this.#ports.clock.sleep(this.#settings.lameDuckMs);
      await this.server.close();
    }
    await this.connection?.close();
  }
}
