import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dryRun, type DryRunReport } from '../../../scenarios/dry-run/dry-run.ts';
import { dryRunJson, dryRunText } from '../../../scenarios/dry-run/report.ts';
import { parseAct, parseLoss, parseMeasure, type DryRunScript } from '../../../scenarios/dry-run/script.ts';

const folder = join(import.meta.dirname, 'fixtures');
const rolloutText = readFileSync(join(folder, 'rollout-experiment.yaml'), 'utf8');
const experimentText = readFileSync(join(folder, 'experiment.yaml'), 'utf8');

interface Given {
  readonly measure?: readonly string[];
  readonly at?: readonly string[];
  readonly lose?: readonly string[];
  readonly podReadyMs?: number;
}

function played(
  text: string,
  { measure = [], at = [], lose = [], podReadyMs = 20_000 }: Given,
): DryRunReport {
  const script: DryRunScript = {
    metrics: new Map(measure.map(parseMeasure)),
    acts: at.map(parseAct),
    losses: lose.map(parseLoss),
    podReadyMs,
    horizonMs: 86_400_000,
  };
  return dryRun([{ name: 'given.yaml', bytes: Buffer.from(text) }], script);
}

function lines(report: DryRunReport, pattern: RegExp): readonly string[] {
  return (report.result?.timeline ?? [])
    .filter(({ text }) => pattern.test(text))
    .map(({ timeMs, text }) => `${timeMs / 1000} ${text}`);
}

/** With one piece of the text exchanged, which must be there. */
function changed(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

describe('a step that is an experiment', () => {
  test('its required analysis ends it; the rollout goes on, and its pods go 30 s later', () => {
    const report = played(rolloutText, { measure: ['error-rate=0.001'] });
    expect(report.result?.verdict).toBe('promoted');
    expect(lines(report, /^experiment of step 0(?!: analysis)/)).toEqual([
      '0 experiment of step 0 starts',
      '0 experiment of step 0 Pending',
      '0 experiment of step 0: baseline (stable) 0/2 pods',
      '0 experiment of step 0: candidate (canary) 0/2 pods',
      '20 experiment of step 0: baseline (stable) 2/2 pods',
      '20 experiment of step 0: candidate (canary) 2/2 pods',
      '20 experiment of step 0 Running',
      '260 experiment of step 0 Successful: Required AnalysisRuns completed',
      '290 experiment of step 0: baseline (stable) 0/0 pods',
      '290 experiment of step 0: candidate (canary) 0/0 pods',
    ]);
    expect(lines(report, /^step 1/)).toEqual(['260 step 1/3: setWeight 10']);
  });

  test('a failed one aborts, and what ran beside it is no evidence', () => {
    const measure = ['baseline-errors/error-rate=0', 'candidate-errors/error-rate=0.001,0.2@3m'];
    const report = played(rolloutText, { measure });
    expect(report.result?.verdict).toBe('aborted');
    expect(lines(report, /^aborted/)).toEqual([
      '200 aborted: Rollout aborted update to revision 2: Metric "error-rate" assessed Failed due to failed (1) > failureLimit (0)',
    ]);
    expect(report.result?.evidence).toMatchObject([
      { analysis: 'candidate-errors', phase: 'Failed', terminated: false },
      { analysis: 'baseline-errors', phase: 'Successful', terminated: true },
    ]);
  });

  test('pods that do not come fail it after the deadline', () => {
    const report = played(rolloutText, { measure: ['error-rate=0'], podReadyMs: 700_000 });
    expect(report.result?.verdict).toBe('aborted');
    expect(report.result?.reason).toContain("Template 'baseline' exceeded its progressDeadlineSeconds (600)");
  });

  test('one inconclusive experiment follows the other: stuck, whatever the pause says', () => {
    const report = played(rolloutText, { measure: ['error-rate=0.03'], podReadyMs: 0 });
    expect(report.result?.verdict).toBe('stuck');
    expect(lines(report, /^paused/)).toEqual(['0.001 paused: InconclusiveExperiment']);
    expect(report.result?.reason).toContain('step 0 starts one experiment after the other');
  });

  test('a second one that succeeds takes the rollout on, still paused, through the next pause', () => {
    const report = played(changed(rolloutText, '{ duration: 5m }', '{}'), {
      measure: ['error-rate=0.03,0@10s'],
      podReadyMs: 20_000,
    });
    const first = played(changed(rolloutText, '{ duration: 5m }', '{}'), {
      measure: ['error-rate=0.03,0@30s'],
    });
    // Good from the start: the pause without an end holds.
    expect(report.result?.verdict).toBe('paused');
    expect(first.result?.verdict).toBe('promoted');
    expect(lines(first, /paused|experiment of step 0 (Inc|Succ)/)).toEqual([
      '20 experiment of step 0 Inconclusive: Metric "error-rate" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)',
      '20 paused: InconclusiveExperiment',
      '280 experiment of step 0 Successful: Required AnalysisRuns completed',
    ]);
  });

  test('one that is terminated while a required analysis runs stands still for ever', () => {
    const report = played(rolloutText, { measure: ['error-rate=0'], at: ['3m=terminate'] });
    expect(report.result?.verdict).toBe('stuck');
    expect(report.result?.reason).toContain('never looks at them again');
    expect(report.result?.evidence.every(({ terminated }) => terminated)).toBe(true);
  });

  test('one without a required analysis goes on when it is terminated: without evidence', () => {
    const text = changed(rolloutText, 'requiredForCompletion: true', 'requiredForCompletion: false');
    const report = played(text, { measure: ['error-rate=0'], at: ['3m=terminate'] });
    expect(report.result?.verdict).toBe('promoted');
    expect(lines(report, /Successful, without/)).toEqual([
      '180 experiment of step 0 Successful, without evidence',
    ]);
  });

  test('an abort terminates it; a retry starts the next one', () => {
    const text = changed(rolloutText, 'requiredForCompletion: true', 'requiredForCompletion: false');
    const report = played(text, { measure: ['error-rate=0'], at: ['1m=abort', '2m=retry'] });
    expect(report.result?.verdict).toBe('promoted');
    expect(lines(report, /step 0 (starts|is asked|Succ)/)).toEqual([
      '0 experiment of step 0 starts',
      '60 experiment of step 0 is asked to end',
      '60 experiment of step 0 Successful, without evidence',
      '120 experiment of step 0 starts',
      '740.001 experiment of step 0 Successful',
    ]);
  });

  test('aborted while a required analysis ran, it is taken up again by the retry, and never ends', () => {
    const report = played(rolloutText, { measure: ['error-rate=0'], at: ['1m=abort', '2m=retry'] });
    expect(report.result?.verdict).toBe('stuck');
    expect(lines(report, /step 0 starts/)).toEqual(['0 experiment of step 0 starts']);
  });

  test('an analysis template that is not there is refused', () => {
    const text = changed(rolloutText, 'templateName: error-rate', 'templateName: error-rates');
    expect(played(text, { measure: ['error-rate=0'] }).refusals).toEqual([
      expect.stringMatching(/^given\.yaml:26:17 {2}L4/),
    ]);
  });

  test('says which Service sends it requests, and none where its pods have a label of their own', () => {
    expect(played(rolloutText, { measure: ['error-rate=0'] }).notes).toEqual([
      expect.stringMatching(
        /^given\.yaml:47:3 {2}Service tfdc-collector-metrics also picks the pods of baseline/,
      ),
      expect.stringMatching(/also picks the pods of candidate, of the experiment of step 0/),
    ]);
    const own = rolloutText.replaceAll(
      /( +)(specRef: \w+)/g,
      '$1$2\n$1metadata: { labels: { app: experiment } }',
    );
    expect(played(own, { measure: ['error-rate=0'] }).notes).toEqual([]);
  });
});

describe('an Experiment of its own', () => {
  test('is successful when its time is over, and keeps its pods for its delay', () => {
    const report = played(experimentText, { measure: ['error-rate=0.001'] });
    expect(report).toMatchObject({ kind: 'Experiment', name: 'side-by-side' });
    expect(report.result).toMatchObject({ verdict: 'successful' });
    expect(lines(report, /experiment Successful|0\/0 pods/)).toEqual([
      '1220.001 experiment Successful',
      '1280.001 experiment: baseline 0/0 pods',
      '1280.001 experiment: candidate 0/0 pods',
    ]);
    expect(dryRunText(report)).toContain('Experiment side-by-side: successful after 00:21:20');
    expect(JSON.parse(dryRunJson(report))).toMatchObject({
      experiment: 'side-by-side',
      verdict: 'successful',
    });
  });

  test.each([
    ['fails by its analysis', { measure: ['error-rate=0.2'] }, 'failed'],
    ['errs by its analysis', { measure: ['error-rate=error'] }, 'failed'],
    ['is inconclusive by its analysis', { measure: ['error-rate=0.03'] }, 'inconclusive'],
    ['fails by its pods', { measure: ['error-rate=0'], lose: ['experiment=1@6m..20m'] }, 'failed'],
    ['is no evidence when terminated', { measure: ['error-rate=0'], at: ['2m=terminate'] }, 'inconclusive'],
  ])('%s', (_, given, verdict) => {
    expect(played(experimentText, given).result?.verdict).toBe(verdict);
  });

  test('without a duration it runs on, and says so', () => {
    const text = changed(experimentText, '  duration: 20m\n', '');
    expect(played(text, { measure: ['error-rate=0'] }).result).toMatchObject({
      verdict: 'stuck',
      reason: 'Running: nothing will change any more',
    });
  });
});

test('weights that the router cannot give are refused, with their place', () => {
  const text = changed(rolloutText, 'specRef: stable', 'specRef: stable\n                weight: 10');
  const report = played(text, { measure: ['error-rate=0'] });
  expect(report.result).toBeUndefined();
  expect(report.refusals).toEqual([
    expect.stringMatching(/^given\.yaml:20:17 {2}Experiment template weight is only available for/),
  ]);
  const split = changed(text, 'apisix:\n          route: { name: tfdc-collector }', 'istio: {}');
  expect(played(split, { measure: ['error-rate=0'] }).refusals).toEqual([]);
});

describe('near misses say what and where', () => {
  test.each([
    ['specRef: canary', 'specRef: canery', /given\.yaml:22:17: specRef canery: .*did you mean canary\?/],
    ['duration: 10m', 'duration: soon', /given\.yaml:16:13: duration soon: expected a time such as 90s/],
    [
      'duration: 10m',
      'durration: 10m',
      /given\.yaml:16:13: an experiment has no durration here; did you mean duration/,
    ],
    ['name: candidate\n', 'name: baseline\n', /given\.yaml:21:17: two of the templates .* are baseline/],
    ['replicas: 2', 'replicas: 1.5', /given\.yaml:20:17: replicas 1\.5: expected a number of pods/],
    [
      '- name: candidate-errors\n                ',
      '- ',
      /given\.yaml:25:17: one of the analyses .* has no name/,
    ],
    [
      'requiredForCompletion',
      'requiredToComplete',
      /given\.yaml:27:17: an experiment has no requiredToComplete here/,
    ],
    [
      'duration: 10m\n            templates:',
      'duration: 10m\n            template:',
      /given\.yaml:17:13: an experiment has no template here; did you mean templates\?/,
    ],
  ])('%s → %s', (from, to, message) => {
    expect(() => played(changed(rolloutText, from, to), { measure: ['error-rate=0'] })).toThrow(message);
  });

  test('acts and values that an experiment does not know', () => {
    const given = { measure: ['error-rate=0'] };
    expect(() => played(experimentText, { ...given, at: ['1m=abort'] })).toThrow(/knows only terminate/);
    expect(() => played(experimentText, { measure: ['juge/error-rate=0'] })).toThrow(
      /unknown metric; did you mean judge\/error-rate\?/,
    );
    expect(() => played(rolloutText, { measure: ['candidate-errors/error-rate=0'] })).toThrow(
      /no value for error-rate/,
    );
  });
});
