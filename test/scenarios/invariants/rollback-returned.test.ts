import { describe, expect, test } from 'vitest';
import { rollbackReturned } from '../../../scenarios/invariants/rollback-returned.ts';
import { RuleBench } from './rule-bench.ts';

/** Gateway 1 cannot be reached when the list is rolled back (100 s), and looks are taken as requests go. */
function cutOff(): { readonly bench: RuleBench; readonly back: () => void } {
  let reachable = ['gateway-0'];
  const bench = new RuleBench(rollbackReturned, { reachableGateways: () => reachable })
    .say('routing.applied', { epoch: 4 })
    .say('routing.applied', { gateway: 'gateway-1', epoch: 4 })
    .faultBegins('f1', 'gateway.cut-management', ['gateway-1'])
    .at(100)
    .say('routing.changed', { epoch: 5, action: 'rollback' })
    .say('routing.applied', { epoch: 5 })
    .say('request.routed');
  const back = (): void => {
    reachable = ['gateway-0', 'gateway-1'];
    bench.faultEnds('f1');
  };
  return { bench, back };
}

describe('rollback.returned', () => {
  test('holds where a gateway applied the rollback in time, and says that it was put to the test', () => {
    const { bench, back } = cutOff();
    bench.at(160);
    back();
    bench.say('request.routed').at(164.9).say('routing.applied', { gateway: 'gateway-1', epoch: 5 });
    expect(bench.at(170).finish().outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken 5.2 s after the return, and its own cut is no excuse', () => {
    const { bench, back } = cutOff();
    bench.at(160);
    back();
    bench.say('request.routed').at(165.1).say('request.routed');
    expect(bench.messages).toEqual([]);
    bench.at(165.8).say('request.routed').at(180).finish();
    expect(bench.messages).toEqual(['gateway-1, back 5.8 s ago, has not applied the rollback (epoch 5)']);
  });

  test('waits as long as the cut lasts', () => {
    const { bench } = cutOff();
    expect(bench.at(900).say('request.routed').finish().outcome).toMatchObject({ checked: 0 });
  });

  test('is excused where Management was down meanwhile', () => {
    const { bench, back } = cutOff();
    bench.fault('f2', 'pod.kill', ['management-a']).at(160);
    bench.fault('f3', 'pod.kill', ['management-b']);
    back();
    bench.say('request.routed').at(170).say('request.routed');
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('says nothing of a gateway that could be reached all along', () => {
    const bench = new RuleBench(rollbackReturned)
      .say('routing.applied', { epoch: 4 })
      .at(100)
      .say('routing.changed', { epoch: 5, action: 'rollback' })
      .say('request.routed')
      .at(120)
      .say('request.routed');
    expect(bench.finish().outcome).toMatchObject({ checked: 0, violationCount: 0 });
  });
});
