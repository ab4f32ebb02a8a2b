import { PortError } from '../../../ports/errors.ts';
import type { JetStream, PublishAck, PublishOptions } from '../../../ports/jetstream.ts';
import type { Counter, Telemetry } from '../../../ports/telemetry.ts';

/** The keys of the ConfigMap (delivery R130). A tool is shadowed by its name, by the pattern, or by the percentage. */
export interface ShadowMode {
  readonly enabled: boolean;
  readonly tools: ReadonlySet<string>;
  readonly pattern: RegExp | undefined;
  /** Of tools, never of messages: a shadow that sees some contexts of a tool compares nothing. */
  readonly percent: number;
  /** True where the percentage takes this tool in. */
  readonly isWithin: (tool: string, percent: number) => boolean;
}

/** Only what publishing needs. */
export type Publisher = Pick<JetStream, 'publish'>;

/**
 * Publishes a completion to stable, and the same to canary where its tool is shadowed (delivery R127–R131). Stable comes
 * first and decides the outcome; canary is tried once afterwards, nobody waits for it, and its failure is only counted.
 * Rejects as stable's publisher does.
 */
export class ShadowPublisher implements Publisher {
  readonly #stable: Publisher;
  readonly #canary: Publisher;
  readonly #mode: () => ShadowMode;
  readonly #published: Counter;
  readonly #failed: Counter;

  /** `mode` is asked for every message: it may be switched off at any time. */
  constructor(stable: Publisher, canary: Publisher, mode: () => ShadowMode, telemetry: Telemetry) {
    this.#stable = stable;
    this.#canary = canary;
    this.#mode = mode;
    this.#published = telemetry.counter('shadow_publishes_total', {});
    this.#failed = telemetry.counter('shadow_publishes_failed_total', {});
  }

  async publish(subject: string, payload: Uint8Array, options: PublishOptions): Promise<PublishAck> {
    const acknowledged = await this.#stable.publish(subject, payload, options);
    // What stable had already is in the shadow as well, or was given up there.
    if (!acknowledged.duplicate && isShadowed(this.#mode(), toolOf(subject))) {
      void this.#copy(subject, payload, options);
    }
    return acknowledged;
  }

  async #copy(subject: string, payload: Uint8Array, options: PublishOptions): Promise<void> {
    try {
      await this.#canary.publish(subject, payload, options);
      this.#published.add(1);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#failed.add(1);
    }
  }
}

function isShadowed({ enabled, tools, pattern, percent, isWithin }: ShadowMode, tool: string): boolean {
  if (!enabled) return false;
  return tools.has(tool) || pattern?.test(tool) === true || isWithin(tool, percent);
}

/** `dc.<tool>.…` → the tool. */
function toolOf(subject: string): string {
  return subject.split('.')[1] ?? '';
}
