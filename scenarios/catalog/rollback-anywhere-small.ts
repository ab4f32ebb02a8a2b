import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { fixed, goal, minuteMs, parametersOf, type GateEvidence, type Scenario } from './scenario.ts';

const length = 12;

/** As few as a release in three stages has, with redundancy of everything that ships redundant. */
const sizes: Readonly<Record<string, number>> = {
  tools: 10,
  defenders: 2,
  collectors: 2,
  gateways: 2,
  cassandraNodes: 3,
};

/** What 10 tools of this pace bring in a stage, instead of what 1,500 of the reference workload do. */
const gateEvidence: GateEvidence = { requests: 20, contexts: 3, firstRequests: 3 };

/** Longer than a gateway is silent before it is called stale (80 s), so that it can become so within a stage. */
const stageMs = 100_000;

const shortStages: SystemCustomisation = {
  rollout: (settings) => ({
    ...settings,
    stages: {
      initial: { name: 'initial', share: 0.1, maxTools: 1, durationMs: stageMs },
      rungs: [
        { name: '50-percent', share: 0.5, durationMs: stageMs },
        { name: '100-percent', share: 1, durationMs: stageMs },
      ],
      minStageTools: 2,
      minTools: 10,
    },
    gates: {
      ...settings.gates,
      requirement: { ...settings.gates.requirement, ...requirement(gateEvidence) },
      firstRequests: gateEvidence.firstRequests,
      failureRequests: 10,
    },
    verifyTimeoutMs: 120_000,
    expandTimeoutMs: 180_000,
    pauseTimeoutMs: 180_000,
    retentionMs: stageMs,
  }),
};

function requirement({ requests, contexts }: GateEvidence): { requests: number; contexts: number } {
  return { requests, contexts };
}

/**
 * `rollback-anywhere` in minutes instead of hours: 10 tools whose contexts take a minute, stages of 100 s, and an end as
 * soon as everything has settled, so that `explore rollback --scale small` can order a rollback out of every state. The
 * code and its other settings are those that ship; time-outs of the protocols are not scaled.
 */
export const rollbackAnywhereSmall: Scenario = {
  name: 'rollback-anywhere-small',
  summary: 'a release of minutes in a fab of 10 quick tools is taken back at a moment that the plan chooses',
  tags: ['rollout', 'rollback'],
  parameters: parametersOf(length).map((parameter) => ({
    ...parameter,
    default: sizes[parameter.name] ?? parameter.default,
    minimum: parameter.name === 'minutes' ? 2 : parameter.minimum,
  })),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / length) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: shortStages,
      equipment: {
        catchUpMs: 15_000,
        pace: {
          meanContextUs: 60_000_000,
          shortestContextUs: 30_000_000,
          longestContextUs: 180_000_000,
          samplePeriodUs: 3_000_000,
        },
      },
      gateEvidence,
      endsSettled: true,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(2) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(6) },
      ]),
      goals: [goal('a rollback was ordered', 'operator.act', (event) => event.act === 'rollback')],
    };
  },
};
