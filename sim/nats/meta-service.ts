import type { GroupService } from './group-service.ts';
import { metaMachineOf, type MetaMachine } from './meta-machine.ts';
import type { NatsServer } from './nats-server.ts';
import type { Operation, StreamShape } from './operations.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { Routed } from './requests.ts';
import { filtersOverlap } from './subjects.ts';

/** The leader of the meta group: creates streams, and hands changes of consumers to the stream's leader (jetstream A4). */
export class MetaService implements GroupService {
  readonly #replica: RaftReplica;
  readonly #server: NatsServer;
  ready = false;
  #stopped = false;

  constructor(replica: RaftReplica) {
    this.#replica = replica;
    this.#server = replica.server;
  }

  becomeReady(): void {
    if (this.ready || this.#stopped) return;
    this.ready = true;
    this.#server.subscribe(this.#replica.group.name, 'leaders');
  }

  handle({ request }: Routed): void {
    if (request.kind === 'ensure-stream') {
      const { shape, call } = request;
      const known = this.#machine.streams.get(shape.name);
      if (known !== undefined) {
        if (sameShape(known, shape)) this.#server.answer(call, true);
        else this.#server.refuse(call, 'conflict');
        return;
      }
      if (this.#taken(shape)) this.#server.refuse(call, 'conflict');
      else this.#replica.propose({ kind: 'stream', shape, call });
    } else if (request.kind === 'assign-consumer') {
      const { change } = request;
      if (this.#machine.streams.has(change.stream)) this.#replica.propose({ kind: 'assignment', change });
      else this.#server.refuse(change.call, 'not-found');
    }
  }

  committed(operation: Operation): void {
    if (operation.kind === 'stream') {
      const { shape, call } = operation;
      operation.call = undefined;
      const known = this.#machine.streams.get(shape.name);
      if (known !== undefined && !sameShape(known, shape)) {
        if (call !== undefined) this.#server.refuse(call, 'conflict');
        return;
      }
      this.#server.cluster.createStream(this.#server, shape, call);
    } else if (operation.kind === 'assignment' && this.ready) {
      const { change } = operation;
      this.#server.route({
        request: { kind: 'consumer-change', stream: change.stream, change },
        client: change.call.client,
      });
    }
  }

  stop(): void {
    this.#stopped = true;
    if (this.ready) this.#server.unsubscribe(this.#replica.group.name, 'leaders');
    this.ready = false;
  }

  get #machine(): MetaMachine {
    return metaMachineOf(this.#replica.machine);
  }

  /** Two streams never share a subject. */
  #taken(shape: StreamShape): boolean {
    for (const other of this.#machine.streams.values()) {
      for (const subject of other.subjects) {
        if (shape.subjects.some((wanted) => filtersOverlap(wanted, subject))) return true;
      }
    }
    return false;
  }
}

function sameShape(left: StreamShape, right: StreamShape): boolean {
  return (
    left.subjects.length === right.subjects.length &&
    left.subjects.every((subject, index) => subject === right.subjects[index]) &&
    left.retention === right.retention &&
    left.storage === right.storage &&
    left.replicas === right.replicas &&
    left.maxAgeMs === right.maxAgeMs &&
    left.maxMessages === right.maxMessages &&
    left.discard === right.discard &&
    left.duplicateWindowMs === right.duplicateWindowMs &&
    left.lastPerSubject === right.lastPerSubject
  );
}
