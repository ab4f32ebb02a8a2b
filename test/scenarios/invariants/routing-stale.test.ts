import { describe, expect, test } from 'vitest';
import { routingStale } from '../../../scenarios/invariants/routing-stale.ts';
import { RuleBench } from './rule-bench.ts';

const cut = (): RuleBench =>
  new RuleBench(routingStale).at(100).faultBegins('f1', 'gateway.cut-management', ['gateway-0']);

describe('routing.stale', () => {
  test('holds where a gateway that is cut off says so', () => {
    const bench = cut().at(162).say('routing.stale', { ageMs: 62_000 }).at(300).faultEnds('f1').finish();
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test.each([
    [59_999, 'gateway-0 called its list stale after only 59999 ms'],
    [80_001, 'gateway-0 called its list stale only after 80001 ms'],
  ])('is broken by an alarm after %i ms', (ageMs, message) => {
    expect(new RuleBench(routingStale).say('routing.stale', { ageMs }).messages).toEqual([message]);
  });

  test.each([60_000, 80_000])('an alarm after %i ms is in order', (ageMs) => {
    expect(new RuleBench(routingStale).say('routing.stale', { ageMs }).outcome.violationCount).toBe(0);
  });

  test('is broken by silence', () => {
    expect(cut().at(180).faultEnds('f1').messages).toEqual([
      'gateway-0 was cut off from Management for 80 s and raised no alarm',
    ]);
    expect(cut().at(400).finish().outcome.violationCount).toBe(1);
  });

  test('a short cut, or one during which a list was heard, needs no alarm', () => {
    expect(cut().at(179).faultEnds('f1').outcome).toMatchObject({ checked: 0, violationCount: 0 });
    const heard = cut().at(150).say('routing.applied').at(200).faultEnds('f1');
    expect(heard.outcome).toMatchObject({ checked: 0, violationCount: 0 });
  });

  test('one alarm is enough for cuts that overlap, or leave no time for a refresh', () => {
    const alarmed = (): RuleBench => cut().at(162).say('routing.stale', { ageMs: 62_000 });
    const again = (bench: RuleBench): RuleBench =>
      bench.faultBegins('f2', 'gateway.cut-management', ['gateway-0']);
    const overlapping = again(alarmed().at(200)).at(250).faultEnds('f1').at(340).faultEnds('f2').finish();
    expect(overlapping.outcome).toMatchObject({ checked: 2, violationCount: 0 });
    const next = again(alarmed().at(250).faultEnds('f1').at(252)).at(340).faultEnds('f2').finish();
    expect(next.outcome).toMatchObject({ violationCount: 0 });
    const later = again(alarmed().at(250).faultEnds('f1').at(300)).at(390).faultEnds('f2').finish();
    expect(later.messages).toEqual(['gateway-0 was cut off from Management for 90 s and raised no alarm']);
  });

  test('cuts that overlap are one silence', () => {
    const bench = cut().at(140).faultBegins('f2', 'gateway.cut-management', ['gateway-0']);
    expect(bench.at(150).faultEnds('f1').at(185).faultEnds('f2').messages).toEqual([
      'gateway-0 was cut off from Management for 85 s and raised no alarm',
    ]);
  });

  test.each(['pod.kill', 'routing.gateway-restart'])('excused where the gateway itself met a %s', (kind) => {
    const bench = cut().at(120).fault('f2', kind, ['gateway-0']).at(200).faultEnds('f1');
    expect(bench.outcome).toMatchObject({ violationCount: 0 });
    expect(Object.keys(bench.outcome.excused)).toHaveLength(1);
  });
});
