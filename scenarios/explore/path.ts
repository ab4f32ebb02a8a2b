import type { PlannedFault } from '../../chaos/plan.ts';
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
}

const minuteMs = 60_000;
const firstStartMs = 3 * minuteMs;
/** Settings that ship: stages of 10 to 30 min, each three times as long for evidence at most, and a retention of 30 min. */
const releaseMs = 240 * minuteMs;

function start(image: string, startMs: number): PathAct {
  return { kind: 'operator.start-rollout', parameters: { image }, startMs };
}

function rollback(level: 'L1' | 'L2' | 'L3', startMs: number): PathAct {
  return {
    kind: 'operator.rollback',
    parameters: { level, ...(level === 'L2' ? { tools: 1 } : {}) },
    startMs,
  };
}

/** A release from nothing to the end of its retention. */
export const firstRelease: Path = {
  name: 'first-release',
  summary: 'a release to every tool, its promotion and retention',
  fromMs: 2 * minuteMs,
  horizonMs: releaseMs,
  acts: [start('v1.1', firstStartMs)],
};

/**
 * The other paths, by what the first release showed: a second one with the roles swapped, and what comes after L1, L2,
 * L3 and a gate without evidence in the second stage.
 */
export function furtherPaths(first: readonly Moment[]): readonly Path[] {
  const begin = (phase: string): number | undefined => {
    const moment = first.find((candidate) => candidate.phase === phase);
    return moment === undefined ? undefined : Math.ceil(moment.fromUs / 1000);
  };
  const paths: Path[] = [];
  const stageMs = begin('observing-1');
  const promotedMs = begin('ended-promoted');
  if (stageMs !== undefined) {
    const actMs = stageMs + minuteMs;
    for (const level of ['L1', 'L3', 'L2'] as const) {
      paths.push({
        name: `after-${level}`,
        summary: `a release of which ${level} took back the second stage`,
        fromMs: actMs,
        horizonMs: actMs + (level === 'L2' ? 120 : 10) * minuteMs,
        acts: [start('v1.1', firstStartMs), rollback(level, actMs)],
      });
    }
    paths.push({
      name: 'blind-gate',
      summary: 'a release whose gate has no metrics, which pauses it',
      fromMs: actMs,
      horizonMs: actMs + 90 * minuteMs,
      acts: [
        start('v1.1', firstStartMs),
        {
          kind: 'prometheus.outage',
          parameters: {},
          startMs: actMs,
          endMs: actMs + 120 * minuteMs,
        },
      ],
    });
  }
  if (promotedMs !== undefined) {
    const secondMs = promotedMs + 2 * minuteMs;
    paths.push({
      name: 'second-release',
      summary: 'the release after the next: the roles are swapped',
      fromMs: secondMs,
      horizonMs: secondMs + releaseMs,
      acts: [start('v1.1', firstStartMs), start('v1.2', secondMs)],
    });
  }
  return paths;
}
