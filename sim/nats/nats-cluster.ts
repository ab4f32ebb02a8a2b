import type { AckCondition, AckImpairment } from './ack-impairments.ts';
import { ClusterCore } from './cluster-core.ts';
import { ConsumerService } from './consumer-service.ts';
import { spareServers } from './membership.ts';
import { MetaMachine } from './meta-machine.ts';
import type { NatsServer } from './nats-server.ts';
import { corrupt, wipe } from './raft-disk.ts';
import { inspect, replicaMessages, type ReplicaMessage, type StreamInspection } from './stream-inspection.ts';
import { syncUs } from './timing.ts';

/**
 * A NATS cluster with JetStream: servers, their raft groups (meta, one for each stream, one for each consumer), and
 * what chaos does to them. Indices are those of `nodes`.
 * Not modelled: members that come and go one by one (a server that is removed is replaced at once), accounts, mirrors
 * and sources, atomic batches, push consumers (a bucket's watch is one of its own kind), priority groups, pause; a change
 * of settings reaches all members at the moment of its commit.
 */
export class NatsCluster extends ClusterCore {
  /** Log entries lost by power losses. */
  lostEntries = 0;

  /** `kill -9`: connections close, the disk stays as written. */
  killNode(index: number): void {
    this.#server(index).kill();
    this.health.review();
  }

  /** The machine is silent at once; what was written since the last sync (2 min) is lost. */
  powerLoss(index: number): void {
    this.lostEntries += this.#server(index).powerLoss();
    this.health.review();
  }

  restartNode(index: number): void {
    this.#server(index).restart();
    this.health.review();
  }

  /** SIGTERM: leaderships are handed over, then the process ends (jetstream B9, R2). */
  shutDownNode(index: number): void {
    const server = this.#server(index);
    for (const { service } of server.replicas) if (service instanceof ConsumerService) service.serverEnds();
    server.handOver();
    server.kill();
    this.health.review();
  }

  /** SIGSTOP. */
  pauseNode(index: number): void {
    const server = this.#server(index);
    for (const replica of server.replicas) replica.group.leaveCalm();
    server.process.freeze();
    this.health.review();
  }

  resumeNode(index: number): void {
    const server = this.#server(index);
    const pausedUs = server.process.state === 'frozen' ? this.kernel.nowUs - server.process.stateSinceUs : 0;
    if (pausedUs > syncUs && this.profile.defects.has('pause-loses-buffer')) server.loseBuffers(pausedUs);
    server.process.resume();
    this.health.review();
  }

  /**
   * A stream's files on a server that is down are damaged: everything from the given share of its messages on is gone
   * there (fault D3). Returns the number of log entries lost.
   */
  corruptStream(index: number, stream: string, keptShare: number): number {
    const replica = this.stream(stream)?.group.replicaOn(this.#server(index));
    return replica?.server.up === false ? corrupt(replica, keptShare) : 0;
  }

  /** The snapshot of the meta group on a server that is down is damaged: it knows of no asset any more (fault D4). */
  corruptMeta(index: number): boolean {
    const replica = this.meta.replicaOn(this.#server(index));
    if (replica === undefined || replica.server.up) return false;
    replica.machine = new MetaMachine();
    return true;
  }

  /** The state file of a consumer on a server that is down is damaged: it starts anew there (fault D10). */
  corruptConsumer(index: number, stream: string, consumer: string): boolean {
    const replica = this.consumer(stream, consumer)?.group.replicaOn(this.#server(index));
    if (replica === undefined || replica.server.up) return false;
    wipe(replica);
    return true;
  }

  /** A server's clock is set; age, lives of messages and duplicate windows follow it there (fault R14). */
  stepClock(index: number, deltaUs: number): void {
    this.#server(index).hostClock.step(deltaUs);
  }

  /**
   * An operator removes a server from a stream, and the meta group puts another one in its place (fault R8). Returns its
   * name; undefined where it is no member, or no other server is left.
   */
  moveMember(index: number, stream: string): string | undefined {
    const group = this.stream(stream)?.group;
    const from = this.#server(index);
    const meta = this.meta.leader();
    if (group?.replicaOn(from) === undefined || meta === undefined) return undefined;
    const spare = spareServers(this, group);
    if (spare.length === 0) return undefined;
    const { name } = this.random.pick(spare);
    meta.propose({
      kind: 'assign',
      assignment: {
        kind: 'stream-peer-removed',
        stream,
        server: from.name,
        replacement: name,
        call: undefined,
      },
    });
    return name;
  }

  /** A follower of a stream takes nothing more and stays behind, until its server starts anew (fault R10). */
  stickReplica(index: number, stream: string): boolean {
    const replica = this.stream(stream)?.group.replicaOn(this.#server(index));
    if (replica === undefined || replica.role === 'leader') return false;
    replica.group.leaveCalm();
    replica.stuck = true;
    return true;
  }

  /** The leader of a consumer delivers nothing, until another leads (fault C14). */
  deafenConsumer(stream: string, consumer: string): boolean {
    const service = this.consumer(stream, consumer)?.group.leader()?.service;
    if (!(service instanceof ConsumerService)) return false;
    service.deaf = true;
    return true;
  }

  /** A server forgets what another announces, until that announces it anew (fault R15). */
  forgetInterest(index: number, ofIndex: number): void {
    this.#server(index).peers[ofIndex]?.forgetInterest();
  }

  /** The route between two servers is made anew, and all is announced again. */
  learnInterest(index: number, ofIndex: number): void {
    if (this.#server(index).up) this.#server(index).dropRoute(this.#server(ofIndex));
  }

  /** The leader of a stream hands over, as on `nats stream cluster step-down` (jetstream B9). */
  stepDown(stream: string): void {
    const group = this.stream(stream)?.group;
    group?.leaveCalm();
    group?.leader()?.transferLeadership();
  }

  stepDownConsumer(stream: string, consumer: string): void {
    const group = this.consumer(stream, consumer)?.group;
    group?.leaveCalm();
    group?.leader()?.transferLeadership();
  }

  /** The leader of the stream, of the meta group, or of every consumer of the stream hands over. Returns how many did. */
  stepDownLeaders(what: 'stream' | 'meta' | 'consumers', stream: string): number {
    const asset = this.stream(stream);
    const groups =
      what === 'meta'
        ? [this.meta]
        : asset === undefined
          ? []
          : what === 'stream'
            ? [asset.group]
            : Array.from(asset.consumers.values(), ({ group }) => group);
    let count = 0;
    for (const group of groups) {
      group.leaveCalm();
      const leader = group.leader();
      if (leader === undefined) continue;
      leader.transferLeadership();
      count++;
    }
    return count;
  }

  /** Files of a server that is down are damaged (faults D3, D4, D10). Returns whether anything was. */
  damageFiles(index: number, what: 'stream' | 'meta' | 'consumers', stream: string): boolean {
    switch (what) {
      case 'stream':
        return this.corruptStream(index, stream, 0.5) > 0;
      case 'meta':
        return this.corruptMeta(index);
      case 'consumers': {
        let damaged = false;
        for (const consumer of this.stream(stream)?.consumers.keys() ?? []) {
          if (this.corruptConsumer(index, stream, consumer)) damaged = true;
        }
        return damaged;
      }
    }
  }

  /** Clients give a server up after so many dials in vain, until lifted; `hits` counts those that had none left (fault K6). */
  limitReconnects(attempts: number): { lift(): void; readonly hits: number } {
    const before = this.clientsGivenUp;
    const givenUp = (): number => this.clientsGivenUp - before;
    this.reconnectAttempts = attempts;
    return {
      lift: () => {
        this.reconnectAttempts = Infinity;
      },
      get hits() {
        return givenUp();
      },
    };
  }

  /** Acks of consumers are lost or late until lifted. */
  impairAcks(condition: AckCondition): AckImpairment {
    return this.impairments.add(condition);
  }

  /** What the replicas have agreed on; undefined where there is no such stream. For oracles. */
  inspectStream(stream: string): StreamInspection | undefined {
    const asset = this.stream(stream);
    return asset === undefined ? undefined : inspect(asset);
  }

  /** What each replica holds, in the order of its servers; for oracles of divergence (jetstream R1). */
  inspectReplicas(stream: string): readonly (readonly ReplicaMessage[])[] {
    const group = this.stream(stream)?.group;
    group?.settle();
    return (group?.replicas ?? []).map((replica) => replicaMessages(replica));
  }

  #server(index: number): NatsServer {
    const server = this.servers[index];
    if (server === undefined) throw new RangeError(`${this.name} has no node ${index}`);
    return server;
  }
}
