import { PortError } from '../../../system/ports/errors.ts';
import type { FaultRig } from './fault-rig.ts';
import type { RigConnection } from './rig.ts';

/** A publish with a message id of its own: when it was sent, and what became of it. */
export interface Probe {
  readonly messageId: string;
  readonly sentMs: number;
  /** `ok`, or the port's code. */
  readonly word: string;
  /** 0: not acknowledged. */
  readonly sequence: number;
}

export interface ProbeOptions {
  readonly subject: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
}

const payload = new Uint8Array(20);

/** Publishes at a steady pace, without waiting for answers. */
export class ProbeLoad {
  readonly #probes: Probe[] = [];
  readonly #waiting: Promise<void>[] = [];
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(rig: FaultRig, connection: RigConnection, options: ProbeOptions) {
    this.#running = this.#run(rig, connection, options);
  }

  /** In the order of sending. */
  async stop(): Promise<readonly Probe[]> {
    this.#isOver = true;
    await this.#running;
    await Promise.all(this.#waiting);
    return this.#probes.sort((left, right) => left.sentMs - right.sentMs);
  }

  async #run(rig: FaultRig, connection: RigConnection, options: ProbeOptions): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      const messageId = `${options.subject}-${turn}`;
      this.#waiting.push(this.#probe(connection, messageId, rig.nowMs(), options));
      await rig.sleep(options.everyMs);
    }
  }

  async #probe(
    { publisher }: RigConnection,
    messageId: string,
    sentMs: number,
    { subject, timeoutMs }: ProbeOptions,
  ): Promise<void> {
    try {
      const { sequence } = await publisher.publish(subject, payload, { messageId, timeoutMs });
      this.#probes.push({ messageId, sentMs, word: 'ok', sequence });
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#probes.push({ messageId, sentMs, word: error.code, sequence: 0 });
    }
  }
}

export function failed(probes: readonly Probe[]): readonly Probe[] {
  return probes.filter(({ word }) => word !== 'ok');
}

/** Seconds from a moment until the first probe sent after it from which on each one is acknowledged; Infinity: never. */
export function outageSeconds(probes: readonly Probe[], sinceMs: number, untilMs = Infinity): number {
  const within = probes.filter(({ sentMs }) => sentMs >= sinceMs && sentMs < untilMs);
  const last = within.findLastIndex(({ word }) => word !== 'ok');
  if (last === -1) return 0;
  return ((within[last + 1]?.sentMs ?? Infinity) - sinceMs) / 1000;
}

/** Seconds from a moment until the first probe sent after it that is acknowledged; Infinity: none. */
export function firstSeconds(probes: readonly Probe[], sinceMs: number): number {
  const first = probes.find(({ sentMs, word }) => sentMs >= sinceMs && word === 'ok');
  return ((first?.sentMs ?? Infinity) - sinceMs) / 1000;
}
