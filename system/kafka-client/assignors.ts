import type { JoinedMember, MemberAssignment } from '../ports/kafka-group.ts';

export type AssignorName = 'range' | 'cooperative-sticky';

/**
 * What the leader of a group gives to each member of one topic of `partitions` partitions. The order of the members does
 * not matter. No members: nothing is given.
 */
export function assignPartitions(
  assignor: AssignorName,
  members: readonly JoinedMember[],
  topic: string,
  partitions: number,
): readonly MemberAssignment[] {
  const ordered = members.toSorted((left, right) => compare(nameOf(left), nameOf(right)));
  switch (assignor) {
    case 'range':
      return range(ordered, topic, partitions);
    case 'cooperative-sticky':
      return cooperativeSticky(ordered, topic, partitions);
  }
}

/** Adjacent partitions; the first members get one more where it does not come out even. */
function range(
  members: readonly JoinedMember[],
  topic: string,
  partitions: number,
): readonly MemberAssignment[] {
  let next = 0;
  return members.map(({ memberId }, place) => {
    const count = Math.floor(partitions / members.length) + (place < partitions % members.length ? 1 : 0);
    const own = Array.from({ length: count }, (_, index) => ({ topic, partition: next + index }));
    next += count;
    return { memberId, partitions: own };
  });
}

/**
 * Everybody keeps what it has, up to its share; the rest goes to those with the least. What another member still holds is
 * not given out yet: its holder gives it up first, and the rebalance that follows gives it on.
 */
function cooperativeSticky(
  members: readonly JoinedMember[],
  topic: string,
  partitions: number,
): readonly MemberAssignment[] {
  const holders = currentHolders(members, topic, partitions);
  const target = members.map(({ memberId }) => ({ memberId, own: [] as number[] }));
  const least = Math.floor(partitions / members.length);
  let extras = partitions % members.length;
  for (const member of target) {
    const held = Array.from(holders).flatMap(([partition, holder]) =>
      holder === member.memberId ? [partition] : [],
    );
    const most = held.length > least && extras > 0 ? least + 1 : least;
    if (most > least) extras--;
    member.own.push(...held.toSorted((left, right) => left - right).slice(0, most));
  }
  const taken = new Set(target.flatMap(({ own }) => own));
  for (let partition = 0; partition < partitions; partition++) {
    if (taken.has(partition)) continue;
    const fewest = target.reduce((best, member) => (member.own.length < best.own.length ? member : best));
    fewest.own.push(partition);
  }
  return target.map(({ memberId, own }) => ({
    memberId,
    partitions: own
      .filter((partition) => (holders.get(partition) ?? memberId) === memberId)
      .toSorted((left, right) => left - right)
      .map((partition) => ({ topic, partition })),
  }));
}

/** Where two claim one partition, the one of the later generation has it; of the same generation, nobody. */
function currentHolders(
  members: readonly JoinedMember[],
  topic: string,
  partitions: number,
): ReadonlyMap<number, string> {
  const claims = new Map<number, { memberId: string; generationId: number; isDisputed: boolean }>();
  for (const { memberId, subscription } of members) {
    const generationId = subscription.ownedGenerationId;
    for (const owned of subscription.owned) {
      if (owned.topic !== topic || owned.partition >= partitions) continue;
      const known = claims.get(owned.partition);
      if (known === undefined || known.generationId < generationId) {
        claims.set(owned.partition, { memberId, generationId, isDisputed: false });
      } else if (known.generationId === generationId) known.isDisputed = true;
    }
  }
  return new Map(
    Array.from(claims).flatMap(([partition, { memberId, isDisputed }]) =>
      isDisputed ? [] : [[partition, memberId] as const],
    ),
  );
}

function nameOf({ groupInstanceId, memberId }: JoinedMember): string {
  return groupInstanceId ?? memberId;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
