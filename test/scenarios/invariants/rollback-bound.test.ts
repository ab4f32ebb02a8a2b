import { describe, expect, test } from 'vitest';
import { rollbackBound } from '../../../scenarios/invariants/rollback-bound.ts';
import { RuleBench } from './rule-bench.ts';

function rolledBack(): RuleBench {
  return new RuleBench(rollbackBound)
    .say('routing.changed', { epoch: 4 })
    .at(100)
    .say('rollback.started')
    .at(101)
    .say('routing.changed', { epoch: 5, action: 'rollback' });
}
const both = (bench: RuleBench, epoch: number): RuleBench =>
  bench.say('routing.applied', { epoch }).say('routing.applied', { gateway: 'gateway-1', epoch });

describe('rollback.bound', () => {
  test('holds where every reachable gateway applied it in time, or something newer', () => {
    expect(both(rolledBack(), 5).at(200).finish().outcome).toMatchObject({ checked: 2, violationCount: 0 });
    expect(both(rolledBack(), 6).at(200).finish().outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is counted from the order', () => {
    const bench = rolledBack()
      .say('routing.applied', { epoch: 5 })
      .at(105.3)
      .say('routing.applied', { gateway: 'gateway-1', epoch: 5 });
    expect(bench.messages).toEqual(['gateway-1 had not applied the rollback (epoch 5) 5.3 s after it']);
  });

  test.each([
    [105.19, 0],
    [105.2, 1],
  ])('a gateway that has not applied it at %d s: %i violations', (seconds, violationCount) => {
    const bench = rolledBack().say('routing.applied', { epoch: 5 }).at(seconds).say('request.routed');
    expect(bench.outcome.violationCount).toBe(violationCount);
  });

  test('a further change does not end the wait', () => {
    const bench = rolledBack().at(102).say('routing.changed', { epoch: 6 }).at(110).finish();
    expect(bench.outcome.violationCount).toBe(2);
  });

  test('is broken by an order that changes nothing', () => {
    const bench = new RuleBench(rollbackBound)
      .say('routing.changed', { epoch: 4 })
      .at(100)
      .say('rollback.started')
      .at(105.2)
      .say('request.routed');
    expect(bench.messages).toEqual(['the list was not changed 5.2 s after a rollback was ordered']);
  });

  test('an L1 is not done because an L2 before it took a tool out', () => {
    const bench = (): RuleBench =>
      new RuleBench(rollbackBound)
        .say('rollback.started', { level: 'L2', tools: ['T1'] })
        .say('routing.changed', { epoch: 5, action: 'rollback', canaryTools: ['T2'] })
        .say('routing.applied', { epoch: 5 })
        .say('routing.applied', { gateway: 'gateway-1', epoch: 5 })
        .at(100)
        .say('rollback.started', { level: 'L1' });
    expect(bench().at(105.2).say('request.routed').messages).toEqual([
      'the list was not changed 5.2 s after a rollback was ordered',
    ]);
    const emptied = bench().at(101).say('routing.changed', { epoch: 6, action: 'rollback' });
    expect(both(emptied, 6).at(200).finish().outcome.violationCount).toBe(0);
  });

  test('an order that finds the list rolled back, and a list told again, need nothing', () => {
    const bench = both(rolledBack(), 5)
      .at(120)
      .say('rollback.started', { level: 'L3' })
      .at(130)
      .say('routing.changed', { epoch: 5, action: 'rollback' })
      .at(200)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('excused for a gateway that was cut off, not for a pod elsewhere', () => {
    const cut = rolledBack().faultBegins('f1', 'gateway.cut-management', ['gateway-1']).at(110).finish();
    expect(cut.outcome).toMatchObject({ violationCount: 0 });
    const killed = rolledBack().fault('f1', 'pod.kill', ['defender-blue-a']).at(110).finish();
    expect(killed.outcome).toMatchObject({ violationCount: 2 });
  });

  test('unreachable gateways are not waited for', () => {
    const bench = new RuleBench(rollbackBound, { reachableGateways: () => [] })
      .say('routing.changed', { epoch: 5, action: 'rollback' })
      .at(10)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 0, violationCount: 0 });
  });
});
