import type { CqlResult } from '../../system/ports/cql.ts';
import { PortError } from '../../system/ports/errors.ts';
import type { Deferred } from '../kernel/index.ts';
import { mix32 } from '../kernel/index.ts';
import type { Attempt, AttemptOwner, LossCode } from './attempt.ts';
import type { HostChannel } from './host-channel.ts';
import type { Operation, Outcome } from './operation.ts';

const nothing: CqlResult = { rows: [] };

/** Starts an attempt on a channel. */
export type StartAttempt = (
  owner: AttemptOwner,
  operation: Operation,
  seed: number,
  channel: HostChannel,
) => void;

/**
 * One `execute` of the application: the driver's plan of hosts and its default retry policy (cassandra-and-live 55, 56).
 * A retry of an attempt whose fate is unknown can end in a plain `unavailable`, as with the real driver (57).
 */
export class ClientOperation implements AttemptOwner {
  readonly #operation: Operation;
  readonly #idempotent: boolean;
  readonly #seed: number;
  readonly #channels: readonly HostChannel[];
  readonly #deferred: Deferred<CqlResult>;
  readonly #start: StartAttempt;
  readonly #tried: boolean[] = [];
  #attempts = 0;
  #retriedUnavailable = false;
  #retriedRead = false;
  #lastLoss: LossCode | undefined;

  constructor(
    operation: Operation,
    idempotent: boolean,
    seed: number,
    channels: readonly HostChannel[],
    deferred: Deferred<CqlResult>,
    start: StartAttempt,
  ) {
    this.#operation = operation;
    this.#idempotent = idempotent;
    this.#seed = seed;
    this.#channels = channels;
    this.#deferred = deferred;
    this.#start = start;
  }

  begin(): void {
    this.#tryNext();
  }

  answered(attempt: Attempt, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'written':
        this.#deferred.resolve(nothing);
        return;
      case 'rows':
        this.#deferred.resolve({ rows: outcome.rows });
        return;
      case 'claimed':
        this.#deferred.resolve({
          rows: outcome.row === undefined ? [] : [outcome.row],
          applied: outcome.applied,
        });
        return;
      case 'refused':
        this.#refused(attempt, outcome);
        return;
    }
  }

  lost(_attempt: Attempt, code: LossCode): void {
    this.#lastLoss = code;
    if (this.#idempotent) this.#tryNext();
    else this.#rejectLost(code);
  }

  #refused(attempt: Attempt, outcome: Extract<Outcome, { kind: 'refused' }>): void {
    switch (outcome.code) {
      case 'unavailable':
        if (!this.#retriedUnavailable && this.#next() !== undefined) {
          this.#retriedUnavailable = true;
          this.#tryNext();
          return;
        }
        break;
      case 'read-timeout':
        if (!this.#retriedRead && outcome.onlyDataMissing && attempt.channel.isOpen) {
          this.#retriedRead = true;
          this.#attempt(attempt.channel);
          return;
        }
        break;
      case 'write-timeout':
        break;
    }
    this.#deferred.reject(new PortError(outcome.message, outcome.code));
  }

  #tryNext(): void {
    const channel = this.#next();
    if (channel !== undefined) this.#attempt(channel);
    else if (this.#lastLoss !== undefined) this.#rejectLost(this.#lastLoss);
    else
      this.#deferred.reject(new PortError('no Cassandra node is connected; nothing was sent', 'unavailable'));
  }

  #attempt(channel: HostChannel): void {
    this.#tried[channel.node.index] = true;
    const seed = this.#attempts === 0 ? this.#seed : mix32(this.#seed + this.#attempts);
    this.#attempts++;
    this.#start(this, this.#operation, seed, channel);
  }

  /** The replicas from a drawn one on, then the other nodes; unhealthy ones only when no other is left (60). */
  #next(): HostChannel | undefined {
    const { replicas } = this.#operation;
    let unhealthy: HostChannel | undefined;
    const nodeCount = this.#channels.length;
    for (let step = 0; step < replicas.length + nodeCount; step++) {
      const index =
        step < replicas.length
          ? replicas[(this.#seed + step) % replicas.length]?.index
          : (this.#seed + step) % nodeCount;
      if (index === undefined || this.#tried[index] === true) continue;
      const channel = this.#channels[index];
      if (channel === undefined || !channel.isOpen) continue;
      if (channel.isHealthy) return channel;
      unhealthy ??= channel;
    }
    return unhealthy;
  }

  #rejectLost(code: LossCode): void {
    const why = code === 'timeout' ? 'no answer in time' : 'the connection ended';
    this.#deferred.reject(
      new PortError(`${why}; the statement may have been carried out (${this.#attempts} attempts)`, code),
    );
  }
}
