import type { CqlResult } from '../../system/ports/cql.ts';
import type { CqlFailure } from '../../system/ports/cql-wide.ts';
import { PortError } from '../../system/ports/errors.ts';
import type { Deferred } from '../kernel/index.ts';
import { mix32 } from '../kernel/index.ts';
import type { Attempt, AttemptOwner, LossCode } from './attempt.ts';
import type { DriverPolicy } from './driver-policy.ts';
import { codeOfFailure, describeFailure } from './failure-code.ts';
import type { HostChannel } from './host-channel.ts';
import type { Operation, Outcome } from './operation.ts';

const nothing: CqlResult = { rows: [] };

/** What an operation needs of the session it belongs to. */
export interface OperationHost {
  readonly policy: DriverPolicy;
  /** Of the driver's data centre. */
  readonly channels: readonly HostChannel[];
  /** Starts an attempt on a channel. */
  start(
    owner: AttemptOwner,
    operation: Operation,
    seed: number,
    timeoutUs: number,
    channel: HostChannel,
  ): void;
  after(delayMs: number, callback: () => void): void;
  nextTimestampUs(): number;
}

/**
 * One `execute` of the application: the driver's plan of hosts and its default retry policy (cassandra-and-live 55, 56).
 * A retry of an attempt whose fate is unknown can end in a plain `unavailable`, as with the real driver (57).
 */
export class ClientOperation implements AttemptOwner {
  readonly #host: OperationHost;
  readonly #operation: Operation;
  readonly #idempotent: boolean;
  /** The driver made the timestamp, so that a careless driver makes another one for the next attempt (27). */
  readonly #generated: boolean;
  readonly #timeoutUs: number;
  readonly #seed: number;
  readonly #deferred: Deferred<CqlResult>;
  readonly #tried: boolean[] = [];
  #attempts = 0;
  #pending = 0;
  #retriedUnavailable = false;
  #retriedRead = false;
  #retriedLog = false;
  #lastLoss: LossCode | undefined;

  constructor(
    host: OperationHost,
    operation: Operation,
    idempotent: boolean,
    generated: boolean,
    timeoutUs: number,
    seed: number,
    deferred: Deferred<CqlResult>,
  ) {
    this.#host = host;
    this.#operation = operation;
    this.#idempotent = idempotent;
    this.#generated = generated;
    this.#timeoutUs = timeoutUs;
    this.#seed = seed;
    this.#deferred = deferred;
  }

  begin(): void {
    this.#tryNext();
    const { speculative } = this.#host.policy;
    if (speculative !== undefined && this.#idempotent) {
      this.#speculateIn(speculative.delayMs, speculative.attempts);
    }
  }

  #speculateIn(delayMs: number, left: number): void {
    if (left === 0) return;
    this.#host.after(delayMs, () => {
      const channel = this.#deferred.settled ? undefined : this.#next();
      if (channel === undefined) return;
      this.#attempt(channel);
      this.#speculateIn(delayMs, left - 1);
    });
  }

  answered(attempt: Attempt, outcome: Outcome): void {
    this.#pending--;
    if (this.#deferred.settled) return;
    switch (outcome.kind) {
      case 'written':
        this.#deferred.resolve(nothing);
        return;
      case 'rows':
        this.#deferred.resolve({ rows: outcome.rows });
        return;
      case 'conditional':
        this.#deferred.resolve({ rows: outcome.rows, applied: outcome.applied });
        return;
      case 'refused':
        if (!this.#retried(attempt, outcome.failure)) this.#reject(outcome.failure);
        return;
    }
  }

  lost(_attempt: Attempt, code: LossCode): void {
    this.#pending--;
    if (this.#deferred.settled) return;
    this.#lastLoss = code;
    if (this.#idempotent && this.#host.policy.retry === 'default') this.#tryNext();
    else this.#rejectLost(code);
  }

  /** True where the policy tries again (55, 56). */
  #retried(attempt: Attempt, failure: CqlFailure): boolean {
    if (this.#host.policy.retry === 'fallthrough') return false;
    switch (failure.kind) {
      case 'unavailable': {
        const next = this.#retriedUnavailable ? undefined : this.#next();
        if (next === undefined) return false;
        this.#retriedUnavailable = true;
        this.#attempt(next);
        return true;
      }
      case 'read-timeout':
        if (this.#retriedRead || failure.received < failure.required || failure.dataPresent) return false;
        this.#retriedRead = true;
        return this.#again(attempt);
      case 'write-timeout':
        if (this.#retriedLog || !this.#idempotent || failure.writeType !== 'BATCH_LOG') return false;
        this.#retriedLog = true;
        return this.#again(attempt);
      case 'overloaded':
      case 'bootstrapping': {
        const next = this.#idempotent ? this.#next() : undefined;
        if (next === undefined) return false;
        this.#attempt(next);
        return true;
      }
      case 'write-failure':
      case 'read-failure':
      case 'invalid':
      case 'client-timeout':
      case 'disconnected':
      case 'not-connected':
        return false;
    }
  }

  #again(attempt: Attempt): boolean {
    if (!attempt.channel.isOpen) return false;
    this.#attempt(attempt.channel);
    return true;
  }

  #tryNext(): void {
    const channel = this.#next();
    if (channel !== undefined) this.#attempt(channel);
    else if (this.#pending > 0) return;
    else if (this.#lastLoss !== undefined) this.#rejectLost(this.#lastLoss);
    else
      this.#deferred.reject(new PortError('no Cassandra node is connected; nothing was sent', 'unavailable'));
  }

  #attempt(channel: HostChannel): void {
    this.#tried[channel.node.index] = true;
    const isFirst = this.#attempts === 0;
    const seed = isFirst ? this.#seed : mix32(this.#seed + this.#attempts);
    const stampAnew = !isFirst && this.#generated && this.#host.policy.timestamps === 'per-attempt';
    const operation = stampAnew
      ? { ...this.#operation, timestampUs: this.#host.nextTimestampUs() }
      : this.#operation;
    this.#attempts++;
    this.#pending++;
    this.#host.start(this, operation, seed, this.#timeoutUs, channel);
  }

  /** The replicas from a drawn one on, then the other nodes; unhealthy ones only when no other is left (60). */
  #next(): HostChannel | undefined {
    const { replicas } = this.#operation;
    const { channels } = this.#host;
    let unhealthy: HostChannel | undefined;
    const nodeCount = channels.length;
    for (let step = 0; step < replicas.length + nodeCount; step++) {
      const index =
        step < replicas.length
          ? replicas[(this.#seed + step) % replicas.length]?.index
          : (this.#seed + step) % nodeCount;
      if (index === undefined || this.#tried[index] === true) continue;
      const channel = channels[index];
      if (channel === undefined || !channel.isOpen || !channel.isLocal) continue;
      if (channel.isHealthy) return channel;
      unhealthy ??= channel;
    }
    return unhealthy;
  }

  #reject(failure: CqlFailure): void {
    const { body, partition } = this.#operation;
    const what = `${body.kind} in ${partition.store.schema.table.name}`;
    this.#deferred.reject(
      new PortError(describeFailure(failure, what), codeOfFailure(failure, body), { cause: failure }),
    );
  }

  #rejectLost(code: LossCode): void {
    const why = code === 'timeout' ? 'no answer in time' : 'the connection ended';
    this.#deferred.reject(
      new PortError(`${why}; the statement may have been carried out (${this.#attempts} attempts)`, code),
    );
  }
}
