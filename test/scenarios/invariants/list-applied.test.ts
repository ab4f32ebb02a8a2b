import { describe, expect, test } from 'vitest';
import { listApplied } from '../../../scenarios/invariants/list-applied.ts';
import { RuleBench } from './rule-bench.ts';

const known = { reachableGateways: () => ['gateway-0', 'gateway-1'] };

function changed(): RuleBench {
  return new RuleBench(listApplied, known)
    .at(100)
    .say('routing.changed', { epoch: 7 })
    .at(101)
    .say('routing.applied', { gateway: 'gateway-0', epoch: 7 });
}

describe('list.applied', () => {
  test('holds where every gateway has the list within 30 s, and the stage begins then', () => {
    const bench = changed().say('routing.applied', { gateway: 'gateway-1', epoch: 7 }).say('rollout.stage');
    expect(bench.at(140).finish().outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by a gateway that does not hear of it, and by a stage that begins without it', () => {
    expect(changed().at(131).say('request.routed').messages).toEqual([
      'gateway-1 does not know epoch 7 after 30 s',
    ]);
    expect(changed().say('rollout.stage', { name: 'initial' }).messages).toEqual([
      'stage initial began while gateway-1 did not know epoch 7',
    ]);
  });

  test('excused while pushes are lost; Management that tells its list again changes nothing', () => {
    const bench = changed().faultBegins('f1', 'management.lost-push', ['gateway-1']);
    expect(bench.at(131).finish().outcome.violationCount).toBe(0);
    const again = changed().at(129).say('routing.changed', { epoch: 7 }).at(131).finish();
    expect(again.outcome.violationCount).toBe(1);
  });
});
