import type { FullKeyValueEntry } from '../../system/ports/key-value-full.ts';
import { headerNames, type MessageHeaders } from './message-headers.ts';
import type { StoreOperation } from './operations.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { StoredMessage } from './stored-message.ts';
import { streamMachineOf, type StreamMachine } from './stream-machine.ts';
import { SubjectFilter } from './subject-filter.ts';
import { NatsWatch } from './watch.ts';

/** The consumer behind a watch: one replica, in the memory of one server, gone with it (jetstream H68). */
export class ServerWatch {
  readonly replica: RaftReplica;
  readonly watch: NatsWatch;
  readonly #generation: number;
  readonly #fromSequence: number;
  readonly #filter: SubjectFilter;
  #lastSequence: number;
  /** Batches sent, the initial one counted: the client sees gaps. */
  #sent = 0;

  constructor(replica: RaftReplica, watch: NatsWatch, generation: number, fromSequence: number) {
    this.replica = replica;
    this.watch = watch;
    this.#generation = generation;
    this.#fromSequence = fromSequence;
    const machine = streamMachineOf(replica.machine);
    const { keys } = watch.scope;
    const bucket = machine.settings.name.slice('KV_'.length);
    this.#filter = new SubjectFilter(keys === '>' ? [] : [`$KV.${bucket}.${keys}`], machine.context.subjects);
    // A replica that lags must not send again what the watch has seen.
    this.#lastSequence = Math.max(machine.lastSequence, fromSequence - 1);
  }

  /** Sends the present values; changes follow. */
  begin(): void {
    this.replica.watches ??= new Set();
    this.replica.watches.add(this);
    this.watch.placed(this, this.#generation);
    const { include } = this.watch.scope;
    const { mutations } = this.replica.server.cluster;
    const isFirst = this.#fromSequence === 1;
    const skips = isFirst && (include === 'updates' || mutations.watchSeesUpdatesOnly);
    const entries = skips ? [] : this.#entriesFrom(this.#fromSequence);
    this.#push(isFirst && include === 'last' ? lastOfKeys(entries) : entries, true, 0);
    this.replica.group.calmness.deliverAnnounced(this.replica, this);
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
    if (!this.#filter.matches(operation.subject)) return;
    const { client } = this.watch;
    if (!client.process.alive || client.closed) {
      this.remove();
      return;
    }
    const machine = streamMachineOf(this.replica.machine);
    this.#push([keyValueEntry({ ...operation, sequence }, machine)], false, inUs);
  }

  remove(): void {
    this.replica.watches?.delete(this);
  }

  /** The watch has begun anew elsewhere: in some releases the consumer that it left stays (fault C17). */
  leave(): void {
    if (this.replica.server.cluster.profile.defects.has('watch-consumers-stay') && this.alive)
      this.replica.ghostWatches++;
    this.remove();
  }

  get alive(): boolean {
    return this.replica.server.process.state === 'running' && this.replica.watches?.has(this) === true;
  }

  #entriesFrom(sequence: number): FullKeyValueEntry[] {
    const machine = streamMachineOf(this.replica.machine);
    const entries: FullKeyValueEntry[] = [];
    let message = machine.messages.atOrAfter(sequence);
    while (message !== undefined) {
      if (this.#filter.matches(message.subject)) entries.push(keyValueEntry(message, machine));
      message = message.next;
    }
    return entries;
  }

  #push(entries: readonly FullKeyValueEntry[], initial: boolean, inUs: number): void {
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
  message: Pick<StoredMessage, 'subject' | 'payload' | 'sequence' | 'headers' | 'storedUs'>,
  machine: StreamMachine,
): FullKeyValueEntry {
  return {
    key: machine.context.subjects.key(message.subject, prefixLengthOf(machine.settings.name)),
    value: message.payload,
    revision: message.sequence,
    operation: operationOf(message.headers),
    storedMs: Math.floor(message.storedUs / 1000),
  };
}

/** The key in a subject of a bucket's stream, `KV_<bucket>`. */
export function keyOf(subject: string, stream: string): string {
  return subject.slice(prefixLengthOf(stream));
}

function prefixLengthOf(stream: string): number {
  return stream.length + 2;
}

/** What an entry says happened; a marker that time left is a purge (jetstream H70). */
export function operationOf(headers: MessageHeaders | undefined): FullKeyValueEntry['operation'] {
  if (headers === undefined) return 'put';
  const operation = headers[headerNames.operation];
  if (operation === 'DEL') return 'delete';
  if (operation === 'PURGE') return 'purge';
  const reason = headers[headerNames.markerReason];
  if (reason === undefined) return 'put';
  return reason === 'Remove' ? 'delete' : 'purge';
}

/** The last entry of each key, in the order of the stream. */
function lastOfKeys(entries: readonly FullKeyValueEntry[]): readonly FullKeyValueEntry[] {
  const last = new Map<string, FullKeyValueEntry>();
  for (const entry of entries) {
    last.delete(entry.key);
    last.set(entry.key, entry);
  }
  return last.size === entries.length ? entries : [...last.values()];
}
