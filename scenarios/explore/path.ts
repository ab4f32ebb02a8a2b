import type { PlannedFault } from '../../chaos/plan.ts';
import type { GatewayCondition } from './condition-watch.ts';
import type { Level } from './safety.ts';
import type { Scale } from './scale.ts';
import type { Moment } from './timeline.ts';

/** An act or a fault without its id: ids are given when a plan is put together. */
export type PathAct = Omit<PlannedFault, 'id'>;

/** A way to states that a release on its own does not come by. */
export interface Path {
  readonly name: string;
  readonly summary: string;
  /** States are counted from here on. */
  readonly fromMs: number;
  readonly horizonMs: number;
  readonly acts: readonly PathAct[];
  /** How gateways can stand on this way, where its own faults leave no other choice. */
  readonly gateways?: readonly GatewayCondition[];
}

function start(image: string, startMs: number): PathAct {
  return { kind: 'operator.start-rollout', parameters: { image }, startMs };
}

export function rollback(level: Level, startMs: number): PathAct {
  return {
    kind: 'operator.rollback',
    parameters: { level, ...(level === 'L2' ? { tools: 1 } : {}) },
    startMs,
  };
}

/** A release from nothing to the end of its retention. */
export function firstRelease(scale: Scale): Path {
  return {
    name: 'first-release',
    summary: 'a release to every tool, its promotion and retention',
    fromMs: scale.fromMs,
    horizonMs: scale.firstStartMs + scale.releaseMs,
    acts: [start('v1.1', scale.firstStartMs)],
  };
}

function blind(fromMs: number, lengthMs: number): PathAct {
  return { kind: 'prometheus.outage', parameters: {}, startMs: fromMs, endMs: fromMs + lengthMs };
}

/** Longer than a gateway is silent before it is called stale. */
const unconfirmedMs = 150_000;

type Begin = (phase: string) => number | undefined;

/** When each phase began on a path, in whole milliseconds. */
function beginnings(moments: readonly Moment[]): Begin {
  return (phase) => {
    const moment = moments.find((candidate) => candidate.phase === phase);
    return moment === undefined ? undefined : Math.ceil(moment.fromUs / 1000);
  };
}

/** What comes after L1, L2, L3 and a gate without evidence in the second stage, by what the first release showed. */
export function pathsFromStages(scale: Scale, first: readonly Moment[]): readonly Path[] {
  const begin = beginnings(first);
  const release = start('v1.1', scale.firstStartMs);
  const paths: Path[] = [];
  const stageMs = begin('observing-1');
  if (stageMs !== undefined) {
    const actMs = stageMs + scale.intoStageMs;
    for (const level of ['L1', 'L3', 'L2'] as const) {
      paths.push({
        name: `after-${level}`,
        summary: `a release of which ${level} took back the second stage`,
        fromMs: actMs,
        horizonMs: actMs + (level === 'L2' ? scale.withdrawnMs : scale.takenBackMs),
        acts: [release, rollback(level, actMs)],
      });
    }
    paths.push({
      name: 'blind-gate',
      summary: 'a release whose gate has no metrics, which pauses it',
      fromMs: actMs,
      horizonMs: actMs + scale.blindMs,
      acts: [release, blind(actMs, scale.blindMs)],
    });
  }
  return paths;
}

/** Where a release does not get far, and L2 out of each stage while a gateway cannot hear of it. */
export function pathsToRarities(scale: Scale, first: readonly Moment[]): readonly Path[] {
  const begin = beginnings(first);
  const release = start('v1.1', scale.firstStartMs);
  const deployingMs = begin('deploying');
  const paths: Path[] = [];
  if (deployingMs !== undefined) {
    paths.push({
      name: 'aborted',
      summary: 'a release that cannot be verified without metrics, and is aborted',
      fromMs: deployingMs,
      horizonMs: deployingMs + scale.blindMs,
      acts: [release, blind(deployingMs, scale.blindMs)],
    });
  }
  for (const stage of [0, 2]) {
    const stageMs = begin(`observing-${stage}`);
    if (stageMs === undefined) continue;
    const actMs = stageMs + scale.intoStageMs;
    paths.push({
      name: `blind-gate-${stage}`,
      summary: 'a release whose gate has no metrics in another stage',
      fromMs: actMs,
      horizonMs: actMs + scale.blindMs,
      acts: [release, blind(actMs, scale.blindMs)],
    });
  }
  for (const stage of [0, 1, 2]) {
    const stageMs = begin(`observing-${stage}`);
    if (stageMs === undefined) continue;
    const actMs = stageMs + scale.intoStageMs;
    paths.push(unconfirmed(`unconfirmed-L2-${stage}`, actMs, [release]));
  }
  const retainingMs = begin('retaining');
  if (retainingMs !== undefined) {
    const actMs = retainingMs + scale.intoStageMs;
    for (const level of ['L1', 'L3'] as const) {
      paths.push({
        name: `undone-${level}`,
        summary: `a release that was promoted and is taken back by ${level} in its retention`,
        fromMs: actMs,
        horizonMs: actMs + scale.takenBackMs,
        acts: [release, rollback(level, actMs)],
      });
    }
  }
  return paths;
}

function unconfirmed(name: string, actMs: number, before: readonly PathAct[]): Path {
  return {
    name,
    summary: 'an L2 that a gateway cut off cannot confirm',
    fromMs: actMs + 100,
    horizonMs: actMs + unconfirmedMs + 10_000,
    acts: [
      ...before,
      {
        kind: 'gateway.cut-management',
        parameters: { count: 1 },
        startMs: actMs - 1000,
        endMs: actMs + unconfirmedMs,
      },
      rollback('L2', actMs),
    ],
    gateways: ['cut-off', 'stale', 'restarting'],
  };
}

/** An L2 that a gateway cannot confirm while the release is paused, by what the blind gate showed. */
export function pathsFromPause(path: Path, moments: readonly Moment[]): readonly Path[] {
  const pausedMs = beginnings(moments)('paused-1');
  return pausedMs === undefined ? [] : [unconfirmed('unconfirmed-L2-paused', pausedMs + 2000, path.acts)];
}

/** A second release, with the roles swapped. */
export function secondRelease(scale: Scale, first: readonly Moment[]): readonly Path[] {
  const promotedMs = beginnings(first)('ended-promoted');
  if (promotedMs === undefined) return [];
  const secondMs = promotedMs + scale.betweenMs;
  return [
    {
      name: 'second-release',
      summary: 'the release after the next: the roles are swapped',
      fromMs: secondMs,
      horizonMs: secondMs + scale.releaseMs,
      acts: [start('v1.1', scale.firstStartMs), start('v1.2', secondMs)],
    },
  ];
}

/** A release after an L1: the canary's pods of the one before are still there. */
export function releaseAgain(scale: Scale, path: Path, moments: readonly Moment[]): readonly Path[] {
  const endedMs = beginnings(moments)('ended-rolled-back');
  if (endedMs === undefined) return [];
  const againMs = endedMs + scale.betweenMs;
  return [
    {
      name: `again-${path.name}`,
      summary: 'a release after one that was taken back',
      fromMs: againMs,
      horizonMs: againMs + scale.releaseMs,
      acts: [...path.acts, start('v1.2', againMs)],
    },
  ];
}

/** Rollbacks of the second release in its second stage, by what that one showed. */
export function pathsFromSecond(scale: Scale, path: Path, moments: readonly Moment[]): readonly Path[] {
  const after = moments.filter(({ fromUs }) => fromUs >= path.fromMs * 1000);
  const stageMs = beginnings(after)('observing-1');
  if (stageMs === undefined) return [];
  const actMs = stageMs + scale.intoStageMs;
  return [
    ...(['L1', 'L3', 'L2'] as const).map((level) => ({
      name: `second-after-${level}`,
      summary: `a second release of which ${level} took back the second stage`,
      fromMs: actMs,
      horizonMs: actMs + (level === 'L2' ? scale.withdrawnMs : scale.takenBackMs),
      acts: [...path.acts, rollback(level, actMs)],
    })),
    {
      name: 'second-blind-gate',
      summary: 'a second release whose gate has no metrics, which pauses it',
      fromMs: actMs,
      horizonMs: actMs + scale.blindMs,
      acts: [...path.acts, blind(actMs, scale.blindMs)],
    },
    unconfirmed('second-unconfirmed-L2', actMs, path.acts),
  ];
}
