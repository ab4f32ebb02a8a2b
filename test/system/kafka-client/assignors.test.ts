import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignPartitions, type AssignorName } from '../../../system/kafka-client/assignors.ts';
import type { JoinedMember, MemberAssignment } from '../../../system/ports/kafka-group.ts';

const topic = 'completions';

function member(index: number, owned: readonly number[] = [], ownedGenerationId = 1): JoinedMember {
  return {
    memberId: `m${index}`,
    groupInstanceId: undefined,
    subscription: {
      topics: [topic],
      owned: owned.map((partition) => ({ topic, partition })),
      ownedGenerationId,
    },
  };
}

function numbers({ partitions }: MemberAssignment): readonly number[] {
  return partitions.map(({ partition }) => partition);
}

const sizes = fc.record({
  members: fc.integer({ min: 1, max: 12 }),
  partitions: fc.integer({ min: 0, max: 40 }),
});

/** Rebalances as a cooperative group does, until nothing moves. Returns the assignments and how many rounds it took. */
function settle(
  start: readonly JoinedMember[],
  partitions: number,
): { readonly rounds: number; readonly given: readonly MemberAssignment[] } {
  let members = start;
  for (let round = 1; ; round++) {
    const given = assignPartitions('cooperative-sticky', members, topic, partitions);
    const next = members.map((each) => {
      const own = given.find(({ memberId }) => memberId === each.memberId)?.partitions ?? [];
      return { ...each, subscription: { topics: [topic], owned: own, ownedGenerationId: round + 1 } };
    });
    const count = given.reduce((sum, each) => sum + each.partitions.length, 0);
    if (count === partitions || round > 3) return { rounds: round, given };
    members = next;
  }
}

describe.each(['range', 'cooperative-sticky'] satisfies AssignorName[])('%s', (assignor) => {
  test('gives every partition to exactly one member, evenly', () => {
    fc.assert(
      fc.property(sizes, ({ members, partitions }) => {
        const given = assignPartitions(
          assignor,
          Array.from({ length: members }, (_, index) => member(index)),
          topic,
          partitions,
        );
        const all = given.flatMap(numbers).toSorted((left, right) => left - right);
        expect(all).toEqual(Array.from({ length: partitions }, (_, index) => index));
        const counts = given.map((each) => each.partitions.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('does not look at the order of the members', () => {
    fc.assert(
      fc.property(sizes, ({ members, partitions }) => {
        const list = Array.from({ length: members }, (_, index) => member(index));
        const turned = list.toReversed();
        const byName = (given: readonly MemberAssignment[]): readonly MemberAssignment[] =>
          given.toSorted((left, right) => (left.memberId < right.memberId ? -1 : 1));
        expect(byName(assignPartitions(assignor, turned, topic, partitions))).toEqual(
          byName(assignPartitions(assignor, list, topic, partitions)),
        );
      }),
    );
  });
});

describe('cooperative-sticky', () => {
  const holdings = sizes.chain(({ members, partitions }) =>
    fc
      .array(fc.integer({ min: -1, max: members - 1 }), { minLength: partitions, maxLength: partitions })
      .map((holders) => ({
        partitions,
        members: Array.from({ length: members }, (_, index) =>
          member(
            index,
            holders.flatMap((holder, partition) => (holder === index ? [partition] : [])),
          ),
        ),
        holders,
      })),
  );

  test('never gives to one what another still holds', () => {
    fc.assert(
      fc.property(holdings, ({ members, partitions, holders }) => {
        for (const each of assignPartitions('cooperative-sticky', members, topic, partitions)) {
          for (const partition of numbers(each)) {
            const holder = holders[partition] ?? -1;
            expect(holder === -1 || `m${holder}` === each.memberId).toBe(true);
          }
        }
      }),
    );
  });

  test('after two rounds everything is given out evenly, and only what is too much has moved', () => {
    fc.assert(
      fc.property(holdings, ({ members, partitions, holders }) => {
        const { rounds, given } = settle(members, partitions);
        expect(rounds).toBeLessThanOrEqual(2);
        const counts = given.map((each) => each.partitions.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        const excess = members.reduce(
          (sum, { subscription }) =>
            sum + Math.max(0, subscription.owned.length - Math.floor(partitions / members.length)),
          0,
        );
        const moved = given.reduce(
          (sum, each) =>
            sum +
            numbers(each).filter((partition) => {
              const holder = holders[partition] ?? -1;
              return holder >= 0 && `m${holder}` !== each.memberId;
            }).length,
          0,
        );
        expect(moved).toBeLessThanOrEqual(excess);
      }),
    );
  });

  test('of two that claim a partition the one of the later generation keeps it', () => {
    const given = assignPartitions('cooperative-sticky', [member(0, [0], 3), member(1, [0], 4)], topic, 1);
    expect(given.map(numbers)).toEqual([[], [0]]);
  });
});
