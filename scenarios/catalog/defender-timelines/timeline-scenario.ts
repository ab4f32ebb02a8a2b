import type { PlannedFault } from '../../../chaos/plan.ts';
import { eventNamed, firstFrom } from '../../timelines/timeline.ts';
import type { Anchor, Timeline } from '../../timelines/timeline.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario, type ScenarioValues } from '../scenario.ts';

/** One timeline of defender §3 as data: a world, what is done to it, and what its history must show. */
export interface TimelinePlay {
  /** With a letter where one timeline is played in several ways: `7-crash`. */
  readonly name: string;
  readonly summary: string;
  readonly tools: number;
  readonly defenders: number;
  readonly minutes: number;
  play(values: ScenarioValues): {
    readonly faults: readonly Omit<PlannedFault, 'id'>[];
    readonly timeline: Omit<Timeline, 'colour'>;
  };
}

/** The deployment whose Defenders play. */
export const pool = { deployment: 'defender-blue' } as const;
/** A map comes with the leader's next look at the latest, and a member that joins is seen by its first heartbeat. */
export const scalingBand: readonly [number, number] = [9.9, 12.5];
/** PRODUCT, crash recovery: three missed heartbeats, the first of which may have been due at once. */
export const crashBand: readonly [number, number] = [3.9, 8];
/** PRODUCT, movement: after a crash no more than 5 % of the others' units. */
export const besidesOnCrash = 0.05;

/** When the first id is claimed from a time on. */
export function firstClaimFrom(sinceMs: number): Anchor {
  return firstFrom(sinceMs, eventNamed('the claim of an id', 'identity.claimed'));
}

/** When the first fault of this kind strikes. */
export function faultFrom(sinceMs: number, kind: string): Anchor {
  return firstFrom(
    sinceMs,
    eventNamed(kind, 'fault.started', ({ faultKind }) => faultKind === kind),
  );
}

/** Its world is as small as its timeline allows, and its times are fixed: a longer run only ends later. */
export function timelineScenario({ name, summary, tools, defenders, minutes, play }: TimelinePlay): Scenario {
  const own: Readonly<Record<string, number>> = { tools, defenders };
  return {
    name: `defender-timeline-${name}`,
    summary,
    tags: ['timeline', 'defender'],
    parameters: parametersOf(minutes).map((parameter) => ({
      ...parameter,
      default: own[parameter.name] ?? parameter.default,
      minimum: parameter.name === 'minutes' ? minutes : parameter.minimum,
    })),
    setUp(values) {
      const { faults, timeline } = play(values);
      return {
        durationMs: values.minutes * minuteMs,
        bothColours: false,
        fixedFaults: fixed(faults),
        goals: [goal('contexts processed', 'completion.acknowledged')],
        timeline: { ...timeline, colour: 'blue' },
      };
    },
  };
}
