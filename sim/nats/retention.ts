import { consumerMachineOf } from './consumer-machine.ts';
import { ConsumerService } from './consumer-service.ts';
import type { NatsServer } from './nats-server.ts';
import type { Operation } from './operations.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { StoredMessage } from './stored-message.ts';
import type { ConsumerAsset, StreamAsset } from './stream-asset.ts';
import { streamMachineOf } from './stream-machine.ts';

/**
 * Some consumer, but for one, still has to deliver the message or to hear of it, as the replicas on one server know
 * (`checkForInterest`; jetstream D36).
 */
export function isNeeded(
  asset: StreamAsset,
  message: StoredMessage,
  server: NatsServer,
  except?: ConsumerAsset,
): boolean {
  for (const consumer of asset.holdersOf(message.subject)) {
    if (consumer === except) continue;
    const replica = consumer.group.replicaOn(server);
    if (replica === undefined) continue;
    consumer.group.settle();
    const { service } = replica;
    const needs =
      service instanceof ConsumerService && service.ready
        ? service.needs(message.sequence)
        : consumerMachineOf(replica.machine).record.needs(
            message.sequence,
            consumer.settings,
            !asset.profile.multiFilter,
          );
    if (needs) return true;
  }
  return false;
}

/** Replicas of an interest stream remove by themselves what no consumer needs (`cleanupNoInterestMessages`). */
export function dropUnneeded(
  asset: StreamAsset,
  isAsked: (message: StoredMessage, server: NatsServer) => boolean,
): void {
  const { group } = asset;
  const judge = group.leader() ?? group.replicas[0];
  if (judge === undefined) return;
  group.settle();
  const dropped: number[] = [];
  for (const message of streamMachineOf(judge.machine).messages) {
    if (isAsked(message, judge.server) && !isNeeded(asset, message, judge.server))
      dropped.push(message.sequence);
  }
  for (const machine of [group.baseMachine, ...group.replicas.map((replica) => replica.machine)]) {
    const stream = streamMachineOf(machine);
    for (const sequence of dropped) {
      const message = stream.messages.get(sequence);
      if (message !== undefined) stream.drop(message);
    }
  }
}

/** Some consumer that wants it is done with it (`checkStateForInterestStream`). */
export function isSettled(asset: StreamAsset, message: StoredMessage, server: NatsServer): boolean {
  const stream = asset.group.replicaOn(server);
  const lastSequence = stream === undefined ? 0 : streamMachineOf(stream.machine).lastSequence;
  return asset.consumersOf(message.subject).some((consumer) => {
    const replica = consumer.group.replicaOn(server);
    if (replica === undefined) return false;
    consumer.group.settle();
    const { record } = consumerMachineOf(replica.machine);
    // A floor beyond the stream is not believed.
    if (record.floorStream > lastSequence) return false;
    const seen = record.pending.size === 0 ? record.floorStream : record.deliveredStream;
    return (
      message.sequence <= seen &&
      !record.needs(message.sequence, consumer.settings, !asset.profile.multiFilter)
    );
  });
}

/**
 * Each replica of a consumer of 2.9 removes by itself what was acknowledged from the stream's replica beside it
 * (`processReplicatedAck`). While the stream's replicas are alike its leader sees to it for all, which comes to the same.
 */
export function releasedBeside(consumer: ConsumerAsset, replica: RaftReplica, operation: Operation): void {
  const { stream } = consumer;
  if (operation.kind !== 'acked' || !stream.group.hasDiverged) return;
  if (stream.settings.retention === 'limits') return;
  stream.group.settle();
  const beside = stream.group.replicaOn(replica.server);
  if (beside === undefined) return;
  const machine = streamMachineOf(beside.machine);
  const { sequence } = operation;
  const message = machine.messages.get(sequence);
  if (message === undefined) return;
  if (stream.settings.retention === 'interest' && isNeeded(stream, message, replica.server, consumer)) return;
  machine.apply({ kind: 'delete', sequence, isRelease: true, call: undefined });
}

/**
 * Up to here a consumer's leader is done with everything; without a leader it would be no help to look. Not modelled: before
 * the first delivery the server that leads goes by where the consumer begins, and the others by its record, as here.
 */
export function floorOf(consumer: ConsumerAsset): number {
  let floor = Infinity;
  for (const { service } of consumer.group.replicas) {
    if (!(service instanceof ConsumerService) || !service.ready) continue;
    floor = service.memory.hasMovedFloor ? service.floorStream : 0;
  }
  return floor;
}

/** A consumer of an interest stream was deleted: from its floor on, what nobody needs is free, whoever held it back. */
export function freeAfter(consumer: ConsumerAsset, floor: number): void {
  const { stream } = consumer;
  const { group } = stream;
  // A stream that nobody is interested in is purged, where it stands.
  if (stream.consumers.size === 0 && stream.profile.multiFilter) {
    group.settle();
    for (const machine of [group.baseMachine, ...group.replicas.map((replica) => replica.machine)]) {
      streamMachineOf(machine).forgetMessages();
    }
    return;
  }
  const leader = group.leader();
  if (leader?.service?.ready !== true) return;
  // A floor beyond the stream is not believed here either.
  const from = floor > streamMachineOf(leader.machine).lastSequence ? 0 : floor;
  for (const message of streamMachineOf(leader.machine).messages) {
    if (message.sequence < from) continue;
    if (isNeeded(stream, message, leader.server)) continue;
    leader.propose({ kind: 'delete', sequence: message.sequence, isRelease: true, call: undefined });
  }
}
