import type { KeyValueEntry } from '../../system/ports/key-value.ts';
import type { StoreOperation } from './operations.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { StoredMessage } from './stored-message.ts';
import { streamMachineOf, type StreamMachine } from './stream-machine.ts';
import { NatsWatch } from './watch.ts';

/** The consumer behind a watch: one replica, in the memory of one server, gone with it (jetstream H68). */
export class ServerWatch {
  readonly replica: RaftReplica;
  readonly watch: NatsWatch;
  readonly #generation: number;
  readonly #fromSequence: number;
  #lastSequence: number;
  /** Batches sent, the initial one counted: the client sees gaps. */
  #sent = 0;

  constructor(replica: RaftReplica, watch: NatsWatch, generation: number, fromSequence: number) {
    this.replica = replica;
    this.watch = watch;
    this.#generation = generation;
    this.#fromSequence = fromSequence;
    // A replica that lags must not send again what the watch has seen.
    this.#lastSequence = Math.max(streamMachineOf(replica.machine).lastSequence, fromSequence - 1);
  }

  /** Sends the present values; changes follow. */
  begin(): void {
    this.replica.watches.add(this);
    this.watch.placed(this, this.#generation);
    this.#push(this.#entriesFrom(this.#fromSequence), true, 0);
    this.replica.group.deliverAnnounced(this.replica, this);
  }

  /** The replica has got a snapshot in place of the changes. */
  catchUp(): void {
    const entries = this.#entriesFrom(this.#lastSequence + 1);
    this.#lastSequence = streamMachineOf(this.replica.machine).lastSequence;
    if (entries.length > 0) this.#push(entries, false, 0);
  }

  deliver(sequence: number, operation: StoreOperation, inUs: number): void {
    if (sequence <= this.#lastSequence) return;
    this.#lastSequence = sequence;
    const { client } = this.watch;
    if (!client.process.alive || client.closed) {
      this.remove();
      return;
    }
    const machine = streamMachineOf(this.replica.machine);
    this.#push([keyValueEntry({ ...operation, sequence }, machine)], false, inUs);
  }

  remove(): void {
    this.replica.watches.delete(this);
  }

  get alive(): boolean {
    return this.replica.server.process.state === 'running' && this.replica.watches.has(this);
  }

  #entriesFrom(sequence: number): KeyValueEntry[] {
    const machine = streamMachineOf(this.replica.machine);
    const entries: KeyValueEntry[] = [];
    for (const message of machine.messages) {
      if (message.sequence >= sequence) entries.push(keyValueEntry(message, machine));
    }
    return entries;
  }

  #push(entries: readonly KeyValueEntry[], initial: boolean, inUs: number): void {
    this.#sent++;
    const { server } = this.replica;
    let bytes = 100;
    for (const { value } of entries) bytes += 60 + value.length;
    const number = this.#sent;
    const generation = this.#generation;
    const sent = server.push(
      this.watch.client,
      bytes,
      NatsWatch.arrive,
      this.watch,
      { generation, number, entries, initial },
      inUs,
    );
    if (!sent) this.watch.missed();
  }
}

/** Of a bucket's message; its subject is `$KV.<bucket>.<key>`. */
export function keyValueEntry(
  message: Pick<StoredMessage, 'subject' | 'payload' | 'sequence' | 'deletes'>,
  machine: StreamMachine,
): KeyValueEntry {
  const prefixLength = machine.shape.name.length + 2;
  return {
    key: machine.subjects.name(message.subject).slice(prefixLength),
    value: message.payload,
    revision: message.sequence,
    operation: message.deletes ? 'delete' : 'put',
  };
}
