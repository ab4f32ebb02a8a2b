import type { Clock } from '../../ports/clock.ts';
import type { Process } from '../../ports/process.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { DefenderSettings } from '../settings.ts';
import type { LeadershipHandlers } from './leader-lock.ts';

export interface TenurePorts {
  readonly clock: Clock;
  readonly process: Process;
  readonly telemetry: Telemetry;
}

/** What a process knows of its own leadership, whoever grants it: the term, and until when it may believe in it. */
export class Tenure {
  readonly #ports: TenurePorts;
  readonly #settings: DefenderSettings;
  readonly #defenderId: string;
  readonly #handlers: LeadershipHandlers;
  readonly #firmForMs: number;
  #term: number | undefined;
  #renewedAtMs = 0;

  /** `firmForMs`: after its last renewal, by its own clock, nobody else can have been given the leadership for this long. */
  constructor(
    ports: TenurePorts,
    settings: DefenderSettings,
    defenderId: string,
    handlers: LeadershipHandlers,
    firmForMs: number,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#defenderId = defenderId;
    this.#handlers = handlers;
    this.#firmForMs = firmForMs;
  }

  get term(): number | undefined {
    return this.#term;
  }

  get renewedAtMs(): number {
    return this.#renewedAtMs;
  }

  /** True while no other process can lead (by this process's own clock). */
  isFirm(): boolean {
    switch (this.#settings.policies.fencing) {
      case 'by-term':
        return (
          this.#term !== undefined && this.#ports.clock.monotonicMs() - this.#renewedAtMs < this.#firmForMs
        );
      case 'none':
        return this.#term !== undefined;
    }
  }

  /** A renewal that was asked for at `startedMs` was granted. */
  renewed(startedMs: number): void {
    this.#renewedAtMs = startedMs;
  }

  begin(term: number, startedMs: number): void {
    const { process, telemetry } = this.#ports;
    this.#term = term;
    this.#renewedAtMs = startedMs;
    telemetry.event({
      kind: 'leader.elected',
      colour: this.#settings.colour,
      pod: process.name,
      defenderId: this.#defenderId,
      term,
    });
    this.#handlers.won(term);
  }

  end(reason: string): void {
    const { process, telemetry } = this.#ports;
    const term = this.#term ?? 0;
    this.#term = undefined;
    telemetry.event({
      kind: 'leader.lost',
      colour: this.#settings.colour,
      pod: process.name,
      defenderId: this.#defenderId,
      term,
      reason,
    });
    this.#handlers.lost();
  }
}
