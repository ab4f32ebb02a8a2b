import { describe, expect, test } from 'vitest';
import type { AnalysisMetricSpec } from '../../../scenarios/dry-run/argo/analysis-run.ts';
import type { CanarySpec, CanaryStepSpec } from '../../../scenarios/dry-run/argo/canary-spec.ts';
import type { Answer } from '../../../scenarios/dry-run/argo/measurement.ts';
import { playRollout, type DryRunResult } from '../../../scenarios/dry-run/play.ts';
import type { DryRunScript } from '../../../scenarios/dry-run/script.ts';
import { parseCondition } from '../../../scenarios/lint/condition/condition-parser.ts';

const weight = (value: number): CanaryStepSpec => ({ kind: 'setWeight', weight: value });
const pause = (minutes?: number): CanaryStepSpec => ({
  kind: 'pause',
  durationMs: minutes === undefined ? undefined : minutes * 60_000,
});
const scale = (replicas: number | undefined, matchTrafficWeight = false): CanaryStepSpec => ({
  kind: 'setCanaryScale',
  replicas,
  weight: undefined,
  matchTrafficWeight,
});

const gate: AnalysisMetricSpec = {
  name: 'error-rate',
  template: 'gate',
  dryRun: false,
  count: undefined,
  intervalMs: 60_000,
  initialDelayMs: 0,
  failureLimit: 0,
  inconclusiveLimit: 0,
  consecutiveErrorLimit: 4,
  consecutiveSuccessLimit: 0,
  success: parseCondition('result[0] < 0.01'),
  failure: parseCondition('result[0] > 0.05'),
};

function spec(steps: readonly CanaryStepSpec[], more: Partial<CanarySpec> = {}): CanarySpec {
  return {
    replicas: 10,
    trafficRouting: true,
    steps,
    background: undefined,
    dynamicStableScale: false,
    abortScaleDownDelayMs: undefined,
    scaleDownDelayMs: 30_000,
    maxSurge: 3,
    maxUnavailable: 2,
    progressDeadlineMs: 600_000,
    progressDeadlineAbort: false,
    ...more,
  };
}

function play(
  rollout: CanarySpec,
  script: Partial<DryRunScript> = {},
  answer: (nowMs: number) => Answer = () => ({ kind: 'result', result: [0] }),
): DryRunResult {
  const full = {
    metrics: new Map(),
    acts: [],
    losses: [],
    podReadyMs: 20_000,
    horizonMs: 86_400_000,
    ...script,
  };
  return playRollout(rollout, full, (_, nowMs) => answer(nowMs));
}

/** `seconds text` of the lines that fit. */
function lines({ timeline }: DryRunResult, pattern: RegExp): readonly string[] {
  return timeline
    .filter(({ text }) => pattern.test(text))
    .map(({ timeMs, text }) => `${timeMs / 1000} ${text}`);
}

const minutes = (count: number): number => count * 60_000;

describe('steps', () => {
  test('a weight is applied when its pods are there, a pause ends strictly after its duration', () => {
    const result = play(spec([weight(10), pause(5), weight(50), pause(5)]));
    expect(lines(result, /^weight/)).toEqual([
      '20 weight 0 → 10 %',
      '340.001 weight 10 → 50 %',
      '660.002 weight 50 → 100 %',
    ]);
    expect(lines(result, /^step 2/)).toEqual(['320.001 step 2/4: setWeight 50']);
    expect(result.verdict).toBe('promoted');
  });

  test('setCanaryScale stays in force up to 100 % of the traffic on 3 of 10 pods (1L, L7)', () => {
    const result = play(spec([scale(3), weight(25), weight(100), pause(30), scale(10)]));
    expect(lines(result, /^canary/).slice(0, 3)).toEqual([
      '0 canary 0/3 pods',
      '20 canary 3/3 pods',
      expect.stringMatching(/^1820.*canary 3\/10 pods$/),
    ]);
    expect(lines(result, /^weight/)[1]).toBe('20 weight 25 → 100 %');
  });

  test('matchTrafficWeight ends it', () => {
    const result = play(spec([scale(3), weight(20), scale(undefined, true), weight(50), pause(1)]));
    expect(lines(result, /^canary \d+\/5/).at(-1)).toMatch(/canary 5\/5 pods/);
  });

  test('an unlimited pause waits for its promotion', () => {
    expect(play(spec([weight(10), pause(), weight(50)])).verdict).toBe('paused');
    const promoted = play(spec([weight(10), pause(), weight(50)]), {
      acts: [{ atMs: minutes(9), act: 'promote' }],
    });
    expect([promoted.verdict, promoted.endedMs]).toEqual(['promoted', minutes(9) + 40_000]);
  });

  test('promote-full skips everything', () => {
    const result = play(spec([weight(10), pause(), weight(50), pause()]), {
      acts: [{ atMs: minutes(2), act: 'promote-full' }],
    });
    expect([result.verdict, result.endedMs]).toEqual(['promoted', minutes(2) + 20_000]);
  });
});

describe('abort (delivery 8, 16, 17)', () => {
  const steps = [weight(50), pause(), weight(100)];
  const acts = [{ atMs: minutes(5), act: 'abort' }] as const;

  test('weight 0 at once, the canary 30 s later', () => {
    const result = play(spec(steps), { acts });
    expect(lines(result, /^weight 50/)).toEqual(['300 weight 50 → 0 %']);
    expect(lines(result, /^canary 0\/0/)).toEqual(['330 canary 0/0 pods']);
    expect([result.verdict, result.reason]).toEqual(['aborted', 'Rollout aborted update to revision 2']);
  });

  test('a delay of 0 keeps what a scale asks for at the first step, and nothing that a weight brought up', () => {
    const kept = spec([scale(2), ...steps], { abortScaleDownDelayMs: 0 });
    expect(lines(play(kept, { acts }), /^canary 0\/0/)).toEqual([]);
    const byWeight = spec(steps, { abortScaleDownDelayMs: 0 });
    expect(lines(play(byWeight, { acts }), /^canary 0\/0/)).toEqual(['300 canary 0/0 pods']);
  });

  test('a dynamic stable scale shrinks stable with its traffic, and an abort brings it back first', () => {
    const result = play(spec(steps, { dynamicStableScale: true }), { acts });
    expect(lines(result, /^(stable|weight)/).map((line) => line.replace(/^[\d.]+ /, ''))).toEqual([
      'weight 0 → 50 %',
      'stable 5/5 pods',
      'stable 5/10 pods',
      'stable 10/10 pods',
      'weight 50 → 0 %',
    ]);
  });

  test('with 9 of 10 stable pods the weight stays until the tenth is back', () => {
    const losses = [{ role: 'stable', pods: 1, fromMs: minutes(4), toMs: minutes(8) }] as const;
    const result = play(spec(steps), { acts, losses });
    expect(lines(result, /^weight 50/)).toEqual(['480 weight 50 → 0 %']);
    expect(lines(result, /^canary 0\/0/)).toEqual(['510 canary 0/0 pods']);
  });

  test('retry starts at step 0 and cancels the scale-down', () => {
    const result = play(spec(steps), { acts: [...acts, { atMs: minutes(5) + 20_000, act: 'retry' }] });
    expect(lines(result, /^canary 0\/0/)).toEqual([]);
    expect(result.verdict).toBe('paused');
  });
});

describe('analyses', () => {
  const background = { startingStep: 0, metrics: [gate] };

  test('a failing background analysis aborts in the middle of a pause', () => {
    const result = play(spec([weight(10), pause(30)], { background }), {}, (nowMs) => ({
      kind: 'result',
      result: [nowMs < minutes(10) ? 0 : 0.2],
    }));
    expect([result.verdict, result.reason]).toEqual([
      'aborted',
      'Rollout aborted update to revision 2: ' +
        'Metric "error-rate" assessed Failed due to failed (1) > failureLimit (0)',
    ]);
    expect(lines(result, /: Failed/)).toEqual(['600 error-rate: Failed']);
  });

  test('Prometheus away for 50 s aborts a healthy canary (F27)', () => {
    const result = play(spec([weight(10), pause(30)], { background }), {}, (nowMs) =>
      nowMs >= minutes(5) && nowMs < minutes(5) + 50_000
        ? { kind: 'error', message: 'down' }
        : { kind: 'result', result: [0] },
    );
    expect(lines(result, /^aborted/)).toEqual([
      '340 aborted: Rollout aborted update to revision 2: Metric "error-rate" assessed Error due to ' +
        'consecutiveErrors (5) > consecutiveErrorLimit (4): "Error Message: down"',
    ]);
  });

  test('the warning band pauses for ever: nothing ends it but a person (C19)', () => {
    const result = play(spec([weight(10), { kind: 'analysis', metrics: [gate] }, weight(50)]), {}, () => ({
      kind: 'result',
      result: [0.03],
    }));
    expect([result.verdict, result.reason]).toEqual(['paused', 'InconclusiveAnalysisRun without an end']);
  });

  test('startingStep leaves the weights before it unjudged', () => {
    const late = { startingStep: 2, metrics: [gate] };
    const result = play(spec([weight(20), pause(5), weight(40), pause(5)], { background: late }), {}, () => ({
      kind: 'result',
      result: [0.5],
    }));
    expect(lines(result, /: Failed/)).toEqual(['320.001 error-rate: Failed']);
  });

  test('promoting away a running analysis leaves no evidence', () => {
    const slow = { ...gate, initialDelayMs: minutes(10), count: 1 };
    const result = play(spec([weight(10), { kind: 'analysis', metrics: [slow] }]), {
      acts: [{ atMs: minutes(2), act: 'promote-full' }],
    });
    expect(result.evidence).toEqual([
      expect.objectContaining({ phase: 'Successful', measurements: 0, terminated: true }),
    ]);
  });
});

test('without a router three pods give 25, 33, 67 and 75 % (1L)', () => {
  const steps = [20, 40, 60, 80].flatMap((share) => [weight(share), pause(5)]);
  const result = play(spec(steps, { replicas: 3, trafficRouting: false, maxSurge: 1, maxUnavailable: 0 }));
  const pods = { canary: 0, stable: 3 };
  const shares: number[] = [];
  for (const { text } of result.timeline) {
    const match = /^(canary|stable) (\d+)\/\d+ pods$/.exec(text);
    if (match !== null) pods[match[1] === 'canary' ? 'canary' : 'stable'] = Number(match[2]);
    if (text.startsWith('paused')) shares.push(Math.round((100 * pods.canary) / (pods.canary + pods.stable)));
  }
  expect(shares).toEqual([25, 33, 67, 75]);
  expect(result.verdict).toBe('promoted');
});

test('a canary that never gets ready: degraded after the deadline, aborted only where that is asked for', () => {
  const losses = [{ role: 'canary', pods: 10, fromMs: 0, toMs: minutes(10_000) }] as const;
  const waiting = play(spec([weight(10), pause(5)]), { losses });
  expect(waiting.reason).toBe('Degraded at the end of the time that was played');
  expect(lines(waiting, /^Degraded/)).toEqual(['600.001 Degraded: ProgressDeadlineExceeded']);
  const aborting = play(spec([weight(10), pause(5)], { progressDeadlineAbort: true }), { losses });
  expect([aborting.verdict, aborting.reason]).toEqual(['aborted', 'Rollout aborted update to revision 2']);
  expect(lines(aborting, /^aborted/)).toEqual(['600.001 aborted: Rollout aborted update to revision 2']);
});
