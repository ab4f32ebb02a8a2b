import { describe, expect, test } from 'vitest';
import { thresholdRollback } from '../../../scenarios/invariants/threshold-rollback.ts';
import { RuleBench } from './rule-bench.ts';

const share = (bench: RuleBench, weightPercent: number, enabled = true): RuleBench =>
  bench.say('canary.configured', { weightPercent, enabled });

/** A canary with 40 %, whose stage of a minute began at 300 s. */
const climbed = (): RuleBench => share(new RuleBench(thresholdRollback).at(300), 40);
const takenBack = (bench: RuleBench, atS: number): RuleBench =>
  share(
    bench
      .at(atS)
      .say('threshold.decided', { mode: 'reducing' })
      .at(atS + 30),
    0,
    false,
  );

describe('threshold.rollback', () => {
  test('a healthy canary stays', () => {
    const bench = takenBack(climbed(), 480).finish();
    expect(bench.messages).toEqual(['a healthy canary was withdrawn']);
    expect(climbed().at(900).finish().outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('unless nothing could be read from the time on when its stage might have passed', () => {
    const outage = (fromS: number, toS: number): RuleBench =>
      climbed()
        .at(fromS)
        .faultBegins('f1', 'stage.prometheus-outage', ['prometheus-outage'])
        .at(toS)
        .faultEnds('f1');
    expect(takenBack(outage(355, 478), 480).finish().messages).toEqual([]);
    expect(takenBack(outage(355, 410), 480).finish().outcome.violationCount).toBe(1);
    // In the middle of its stage nobody had to hold it.
    expect(takenBack(outage(310, 340), 350).finish().outcome.violationCount).toBe(1);
  });

  test('one with errors is withdrawn in time', () => {
    const failing = (): RuleBench => climbed().at(330).say('threshold.truth', { truth: 'errors' });
    expect(share(failing().at(430), 0, false).finish().messages).toEqual([]);
    expect(share(failing().at(530), 0, false).finish().messages).toEqual([
      'a canary with errors was withdrawn after 200 s',
    ]);
    expect(failing().at(700).finish().messages).toEqual(['a canary with errors is there after 370 s']);
  });
});
