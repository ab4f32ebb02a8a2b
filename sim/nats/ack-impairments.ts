import type { RandomStream } from '../kernel/index.ts';
import type { NatsServer } from './nats-server.ts';
import type { Routed } from './requests.ts';

export interface AckCondition {
  /** Share of acks that are lost. */
  readonly lossRate: number;
  /** How late the others are. */
  readonly delayMs: number;
}

/** Acks, naks and progress signals of consumers on their way into the cluster, and what a fault does to them. */
export class AckImpairments {
  readonly #random: RandomStream;
  readonly #active = new Set<AckImpairment>();

  constructor(random: RandomStream) {
    this.#random = random;
  }

  add(condition: AckCondition): AckImpairment {
    const impairment = new AckImpairment(condition, this.#active);
    this.#active.add(impairment);
    return impairment;
  }

  /** In the process of the server that the consumer's client is connected to. */
  pass(server: NatsServer, routed: Routed): void {
    let delayUs = 0;
    for (const impairment of this.#active) {
      const { lossRate, delayMs } = impairment.condition;
      const lost = this.#random.chance(lossRate);
      if (lost || delayMs > 0) impairment.hits++;
      if (lost) return;
      delayUs += delayMs * 1000;
    }
    if (delayUs === 0) server.route(routed);
    else server.cluster.kernel.after(delayUs, AckImpairments.#late, server, routed);
  }

  static #late(server: NatsServer, routed: Routed): void {
    server.run(AckImpairments.#route, server, routed);
  }

  static #route(server: NatsServer, routed: Routed): void {
    server.route(routed);
  }
}

/** A fault in force. `hits` counts the acks it touched. */
export class AckImpairment {
  readonly condition: AckCondition;
  readonly #active: Set<AckImpairment>;
  hits = 0;

  constructor(condition: AckCondition, active: Set<AckImpairment>) {
    this.condition = condition;
    this.#active = active;
  }

  lift(): void {
    this.#active.delete(this);
  }
}
