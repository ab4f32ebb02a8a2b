import { describe, expect, test } from 'vitest';
import { experimentAborts } from '../../../scenarios/invariants/experiment-aborts.ts';
import { experimentEvidence } from '../../../scenarios/invariants/experiment-evidence.ts';
import { experimentIsolated } from '../../../scenarios/invariants/experiment-isolated.ts';
import { RuleBench } from './rule-bench.ts';

describe('experiment.isolated', () => {
  test('is broken once for each thing that is live and touched', () => {
    const bench = new RuleBench(experimentIsolated).say('experiment.worked');
    expect(bench.messages).toEqual([]);
    const table = { side: 'baseline', pod: 'p', what: 'table', name: 'alarm' } as const;
    bench.say('experiment.touched', table).say('experiment.touched', table);
    bench.say('experiment.touched', {
      side: 'candidate',
      pod: 'q',
      what: 'durable',
      name: 'dc-notifications',
    });
    expect(bench.messages).toEqual([
      'p (baseline) touched the table alarm, which is live',
      'q (candidate) touched the durable dc-notifications, which is live',
    ]);
  });
});

describe('experiment.evidence', () => {
  function worked(image: string, stored = 300, processed = 5): RuleBench {
    const bench = new RuleBench(experimentEvidence)
      .say('rollout.started', { image: 'v2' })
      .say('experiment.started', { image: 'v2' });
    for (let each = 0; each < stored; each++) {
      bench.say('experiment.worked', { side: 'candidate', image, work: 'stored' });
    }
    for (let each = 0; each < processed; each++) {
      bench.say('experiment.worked', { side: 'candidate', image, work: 'processed' });
    }
    return bench;
  }

  test('holds after a successful experiment of the same image', () => {
    const bench = worked('v2').say('experiment.ended', { outcome: 'Successful', image: 'v2' });
    expect(bench.say('rollout.stage', { stage: 0, state: 'entered' }).messages).toEqual([]);
    expect(bench.outcome.checked).toBe(2);
  });

  test('is broken without evidence, and with that of another image', () => {
    expect(
      worked('v2', 299).say('experiment.ended', { outcome: 'Successful', image: 'v2' }).messages,
    ).toEqual(['the experiment of v2 was successful with 299 requests and 5 contexts of that image']);
    expect(
      worked('v1').say('experiment.ended', { outcome: 'Successful', image: 'v2' }).outcome.violationCount,
    ).toBe(1);
  });

  test.each(['Terminated', 'Failed', 'Inconclusive'] as const)(
    'is broken by a stage after one that was %s',
    (outcome) => {
      const bench = worked('v2').say('experiment.ended', { outcome, image: 'v2' });
      expect(bench.say('rollout.stage', { stage: 0, state: 'entered' }).messages).toEqual([
        `the first stage of v2 began after an experiment that was ${outcome}`,
      ]);
    },
  );

  test('is broken by a stage of the next release after the experiment of the last one', () => {
    const bench = worked('v2').say('experiment.ended', { outcome: 'Successful', image: 'v2' });
    bench.say('rollout.started', { image: 'v3' }).say('rollout.stage', { stage: 0, state: 'entered' });
    expect(bench.messages).toEqual([
      'the first stage of v3 began after an experiment that was none of its own',
    ]);
  });
});

describe('experiment.aborts', () => {
  const failed = (): RuleBench =>
    new RuleBench(experimentAborts)
      .at(100)
      .say('experiment.started')
      .say('deployment.changed', { deployment: 'experiment-collector-candidate', replicas: 2 })
      .say('experiment.measured', { failed: 2 });

  test('holds where the second failure is the verdict, the release ends and the pods go', () => {
    const bench = failed().say('experiment.ended', { outcome: 'Failed' }).at(110);
    bench.say('deployment.changed', { deployment: 'experiment-collector-candidate', replicas: 0 });
    bench.say('rollout.ended', { outcome: 'aborted' }).at(200).say('request.routed').finish();
    expect(bench.messages).toEqual([]);
    expect(bench.outcome.checked).toBe(2);
  });

  test('is broken by a third look without a verdict', () => {
    expect(failed().at(160).say('experiment.measured', { failed: 3 }).messages).toEqual([
      '2 failed measurements of an experiment changed nothing',
    ]);
  });

  test('is broken where the release goes on for longer than the bound, unless the controller was away', () => {
    const late = (): RuleBench => failed().say('experiment.ended', { outcome: 'Failed' });
    expect(late().at(131).say('request.routed').messages).toEqual([
      'a failed experiment did not abort its release within 30 s',
    ]);
    const away = late().fault('f1', 'pod.kill', ['rollout-0']).at(131).say('request.routed');
    expect(away.messages).toEqual([]);
  });

  test('is broken by pods that are left, or that run when a stage begins', () => {
    const bench = failed().say('experiment.ended', { outcome: 'Failed' }).say('rollout.ended');
    expect(bench.at(500).finish().messages).toEqual([
      'experiment-collector-candidate are left of an experiment that is over',
    ]);
    expect(failed().say('rollout.stage', { name: 'initial', state: 'entered' }).messages).toEqual([
      'stage initial was entered while experiment-collector-candidate still ran',
    ]);
  });
});
