import { describe, expect, test } from 'vitest';
import { rollbackNamed } from '../../../scenarios/invariants/rollback-named.ts';
import { RuleBench } from './rule-bench.ts';

describe('rollback.named', () => {
  test('holds where only named gateways are behind', () => {
    const bench = new RuleBench(rollbackNamed)
      .say('request.routed')
      .say('rollback.completed', { epoch: 2, missingGateways: ['gateway-1'] })
      .say('request.routed', { gateway: 'gateway-1', epoch: 1 })
      .say('request.routed', { epoch: 2 });
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken, once a gateway, by one that is behind and was not named', () => {
    const bench = new RuleBench(rollbackNamed)
      .say('rollback.completed', { epoch: 2 })
      .say('request.routed', { epoch: 1 })
      .say('request.routed', { epoch: 1 });
    expect(bench.messages).toEqual([
      'gateway-0 served T0001 by epoch 1 after the rollback (epoch 2) was reported without it',
    ]);
  });

  test('a later report that leaves a name out counts', () => {
    const bench = new RuleBench(rollbackNamed)
      .say('rollback.completed', { epoch: 2, missingGateways: ['gateway-1'] })
      .say('rollback.completed', { epoch: 2 })
      .say('request.routed', { gateway: 'gateway-1', epoch: 1 });
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 1 });
  });
});
