import type {
  CqlFailure,
  WideCqlSession,
  WideOptions,
  WideOutcome,
  WideStatement,
} from '../../system/ports/cql-wide.ts';
import { PortError } from '../../system/ports/errors.ts';
import type { Deferred } from '../kernel/index.ts';
import type { Attempt, AttemptOwner, LossCode } from './attempt.ts';
import type { CassandraSession, SessionRing } from './cassandra-client.ts';
import type { HostChannel } from './host-channel.ts';
import type { Operation, Outcome } from './operation.ts';

/** A client that tries each statement once and tells every answer as it came. */
export class WideSession implements WideCqlSession {
  readonly #ring: SessionRing;
  readonly #session: CassandraSession;
  #closed = false;

  constructor(ring: SessionRing, session: CassandraSession) {
    this.#ring = ring;
    this.#session = session;
  }

  execute(statement: WideStatement, options: WideOptions): Promise<WideOutcome> {
    const deferred = this.#session.process.deferred<WideOutcome>();
    try {
      const operation = this.#ring.prepareWide(statement, options);
      const seed = this.#session.nextSeed();
      const channel = this.#channel(operation, options.coordinator, seed);
      if (channel === undefined) {
        deferred.resolve(failed({ kind: 'not-connected' }));
      } else {
        const timeoutUs = Math.round(options.timeoutMs * 1000);
        this.#session.start(new SingleAttempt(deferred), operation, seed, timeoutUs, channel);
      }
    } catch (error) {
      if (!(error instanceof PortError && error.code === 'invalid')) throw error;
      deferred.resolve(failed({ kind: 'invalid' }));
    }
    return deferred.promise;
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const channel of this.#session.channels) channel.close();
    return Promise.resolve();
  }

  #channel(operation: Operation, coordinator: number | undefined, seed: number): HostChannel | undefined {
    if (this.#closed) return undefined;
    const { channels } = this.#session;
    if (coordinator !== undefined) {
      const channel = channels[coordinator];
      return channel?.isOpen === true ? channel : undefined;
    }
    const { replicas } = operation;
    const near = replicas.map((_, step) => channels[replicas[(seed + step) % replicas.length]?.index ?? -1]);
    return [...near, ...channels].find((channel) => channel?.isOpen === true && channel.isLocal);
  }
}

class SingleAttempt implements AttemptOwner {
  readonly #deferred: Deferred<WideOutcome>;

  constructor(deferred: Deferred<WideOutcome>) {
    this.#deferred = deferred;
  }

  answered(_attempt: Attempt, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'written':
      case 'rows':
      case 'conditional':
        this.#deferred.resolve(outcome);
        return;
      case 'refused':
        this.#deferred.resolve(failed(outcome.failure));
        return;
    }
  }

  lost(_attempt: Attempt, code: LossCode): void {
    this.#deferred.resolve(failed({ kind: code === 'timeout' ? 'client-timeout' : 'disconnected' }));
  }
}

function failed(failure: CqlFailure): WideOutcome {
  return { kind: 'failed', failure };
}
