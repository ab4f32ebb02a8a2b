import type { RaftLog } from './raft-log.ts';
import type { RaftReplica } from './raft-replica.ts';
import { StreamMachine } from './stream-machine.ts';

/** Everything is gone: memory, with the process, or a file that was damaged. */
export function wipe(replica: RaftReplica): void {
  replica.log.reset(0, 0);
  replica.group.rebuild(replica, 0, true);
}

/** Part of the files is damaged: what comes behind is gone. Returns how many log entries (fault D3). */
export function corrupt(replica: RaftReplica, keptShare: number): number {
  const { log, group } = replica;
  const kept = Math.max(group.baseIndex, log.baseIndex) + Math.floor(log.length * keptShare);
  const lost = log.truncateAfter(kept);
  group.rebuild(replica, Math.min(kept, log.lastIndex), false);
  // It does not know that it knew more: this is what makes the damage spread.
  replica.commit = Math.min(replica.commit, log.lastIndex);
  replica.applied = Math.min(replica.applied, log.lastIndex);
  return lost;
}

/** Power was lost: what was written after the last sync is gone (jetstream E44). Returns the number of entries lost. */
export function loseUnsynced(replica: RaftReplica): number {
  const { group, log, election } = replica;
  const { nowUs } = group.kernel;
  const kept = log.syncedIndex(nowUs);
  const forgetsPurge = group.profile.losesPurges && group.size === 1 && hasPurge(log, kept);
  const lost = log.truncateAfter(kept);
  if (lost > 0 || replica.applied > kept) group.rebuild(replica, kept, false);
  if (forgetsPurge && replica.machine instanceof StreamMachine) {
    replica.machine.forgetAll();
    replica.commit = kept;
    replica.applied = kept;
  }
  // A vote that was only written is forgotten, so it can be given again (fault D8).
  if (!group.profile.syncsVotes && !group.world.syncAlways && log.isUnsynced(election.votedUs, nowUs)) {
    election.votedFor = -1;
    replica.term = Math.max(1, log.lastTerm);
  }
  return lost;
}

/** A purge of a whole stream is among what was not synced. */
function hasPurge(log: RaftLog, kept: number): boolean {
  return log
    .from(kept + 1, log.length)
    .some(({ operation }) => operation.kind === 'purge' && operation.subject === '');
}
