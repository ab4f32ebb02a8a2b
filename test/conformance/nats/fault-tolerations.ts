import type { NatsProfile } from '../../../sim/nats/index.ts';
import type { FaultRule } from './fault-rules.ts';

/** A rule under faults that real servers of a profile were seen to break, and why. The model must break it about as often. */
export interface FaultToleration {
  readonly rule: FaultRule;
  readonly profile: NatsProfile['version'];
  readonly why: string;
  /** Day and run in which the server was seen to break it. */
  readonly since: string;
  /** The scenario that could be misled by it, and how. */
  readonly misleads: string;
}

const diverged =
  'a leader that lost its place keeps entries of its own where the others have the next leader’s, and skips as many acknowledged ones (`processAppendEntry` and `applyStreamEntries` of 2.9.10; jetstream R1)';
const seed300 = '2026-11-21, --server 2.9.10 --faults 40000 --seed 300';
const onceMore = '2026-11-21, --server 2.9.10 --faults 30000 --seed 300';
const partition = 'none: `nats-2910-partition` shows it, and says so';

export const faultTolerations: readonly FaultToleration[] = [
  { rule: 'stored', profile: '2.9.10', why: diverged, since: seed300, misleads: partition },
  { rule: 'equal', profile: '2.9.10', why: diverged, since: seed300, misleads: partition },
  { rule: 'written', profile: '2.9.10', why: diverged, since: seed300, misleads: partition },
  {
    rule: 'compared',
    profile: '2.9.10',
    why: `each replica judges an expected revision by what it holds itself; ${diverged}`,
    since: seed300,
    misleads: partition,
  },
  {
    rule: 'delivered',
    profile: '2.9.10',
    why: `a consumer has read another replica than the one that leads in the end; ${diverged}`,
    since: onceMore,
    misleads: partition,
  },
  {
    rule: 'genuine',
    profile: '2.9.10',
    why: `a consumer has read another replica than the one that leads in the end; ${diverged}`,
    since: onceMore,
    misleads: partition,
  },
  {
    rule: 'read',
    profile: '2.9.10',
    why: `each replica answers reads by what it holds itself; ${diverged}`,
    since: onceMore,
    misleads: partition,
  },
  {
    rule: 'watched',
    profile: '2.9.10',
    why: `a watch is served by one replica; ${diverged}`,
    since: onceMore,
    misleads: partition,
  },
  {
    rule: 'recovered',
    profile: '2.9.10',
    why: 'a leader that holds more than it counts skips what it is given and answers nothing, until the two are even: one write after the other times out',
    since: onceMore,
    misleads: partition,
  },
  {
    rule: 'settled',
    profile: '2.9.10',
    why: 'an acknowledgement is confirmed before it is replicated (jetstream F54)',
    since: seed300,
    misleads: 'none: the system counts on no confirmation of an acknowledgement',
  },
];

/** How often the rules of a profile were broken in the runs of a campaign, in either world. */
export interface BrokenCounts {
  readonly model: ReadonlyMap<FaultRule, number>;
  readonly server: ReadonlyMap<FaultRule, number>;
}

/** A server of that profile may break it. */
export function isTolerated(rule: FaultRule, profile: NatsProfile['version']): boolean {
  return faultTolerations.some((toleration) => toleration.rule === rule && toleration.profile === profile);
}

/** Rules that one world breaks much more often than the other: more than chance would have it (two deviations and one). */
export function incomparable(profile: NatsProfile['version'], { model, server }: BrokenCounts): FaultRule[] {
  return faultTolerations
    .filter((toleration) => toleration.profile === profile)
    .map(({ rule }) => rule)
    .filter((rule) => {
      const [inModel, onServer] = [model.get(rule) ?? 0, server.get(rule) ?? 0];
      return Math.abs(inModel - onServer) > 2 * Math.sqrt(inModel + onServer) + 1;
    });
}
