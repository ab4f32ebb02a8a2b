import type { RuleOutcome, RunResult } from '../../scenarios/run-result.ts';

export function rule(id: string, changes: Partial<RuleOutcome> = {}): RuleOutcome {
  return {
    rule: id,
    title: `what ${id} asks for`,
    kind: 'safety',
    checked: 12,
    violations: [],
    violationCount: 0,
    excused: {},
    ...changes,
  };
}

/** A run that passed; `changes` make it another. */
export function result(changes: Partial<RunResult> = {}): RunResult {
  const seed = changes.seed ?? '0x1';
  return {
    scenario: 'storm',
    seed,
    overrides: { tools: '20' },
    verdict: 'passed',
    reasons: [],
    fingerprint: '0123456789abcdef',
    virtualUs: 3_600_000_000,
    wallMs: 12_000,
    events: 1_234_567,
    plan: { version: 1, faults: [] },
    rules: [
      rule('effect.exactly-once', { excused: { 'nats.partition': 2 } }),
      rule('rollback.bound', { checked: 0 }),
    ],
    faults: [
      {
        id: 'f1',
        kind: 'nats.partition',
        parameters: { colour: 'blue' },
        startMs: 60_000,
        endMs: 90_000,
        targets: ['nats-blue-0', 'nats-blue-1', 'nats-blue-2', 'nats-green-0'],
        hits: 42,
        state: 'ended',
        vacuous: false,
      },
      {
        id: 'f2',
        kind: 'pod.kill',
        parameters: {},
        startMs: 120_000,
        targets: [],
        hits: 0,
        state: 'injected',
        vacuous: true,
      },
    ],
    goals: [
      { goal: 'contexts processed', count: 7, required: true },
      { goal: 'a rollback', count: 0, required: false },
    ],
    detection: { abnormal: 2, abnormalAlarmed: 1, normal: 8, normalAlarmed: 0, compared: 10, different: 0 },
    milestones: [
      { timeUs: 2_000_000, text: 'blue: defender-0 leads, term 1', level: 'info' },
      { timeUs: 60_000_000, text: 'f1 nats.partition', level: 'fault' },
      { timeUs: 90_000_000, text: 'f1 nats.partition over, 42 hits', level: 'fault' },
    ],
    figures: { tools: 20, requestsAcknowledged: 847, contextsProcessed: 10, cacheHits: 3, cacheLookups: 4 },
    limits: [],
    replay: `npm run scenario -- run storm --seed ${seed} --set tools=20`,
    ...changes,
  };
}

/** A run that broke a rule, with a message that holds what XML, Markdown and terminals would act on. */
export function failedResult(changes: Partial<RunResult> = {}): RunResult {
  const message = 'tool-0007/3 & <b>"two"</b> results | \u001b[31mred\u001b[0m \u0000\uFFFE\ud800 end';
  const violation = {
    rule: 'effect.exactly-once',
    message,
    timeUs: 75_500_000,
    event: 999,
    faults: ['f1', 'f9'],
  };
  return result({
    verdict: 'failed',
    reasons: [`effect.exactly-once: ${message} (and 4 more)`],
    rules: [
      rule('effect.exactly-once', {
        violations: [violation, violation, violation, violation],
        violationCount: 5,
      }),
      rule('rollback.bound', { checked: 0 }),
    ],
    ...changes,
  });
}
