import { describe, expect, test } from 'vitest';
import { routingOneColour } from '../../../scenarios/invariants/routing-one-colour.ts';
import { RuleBench } from './rule-bench.ts';

const listed = (): RuleBench =>
  new RuleBench(routingOneColour)
    .say('routing.changed', { epoch: 1 })
    .say('routing.changed', { epoch: 2, canaryTools: ['T0001'] });

describe('routing.one-colour', () => {
  test('holds where the list of the epoch is followed', () => {
    const bench = listed()
      .say('request.routed', { epoch: 1 })
      .say('request.routed', { epoch: 2, colour: 'green' })
      .say('request.routed', { epoch: 2, tool: 'T0002' })
      // Another gateway may be behind.
      .say('request.routed', { epoch: 1, gateway: 'gateway-1' });
    expect(bench.outcome).toMatchObject({ checked: 4, violationCount: 0 });
  });

  test('is broken by the other colour', () => {
    expect(listed().say('request.routed', { epoch: 2 }).messages).toEqual([
      'gateway-0 sent T0001 to blue in epoch 2, the list says green',
    ]);
    expect(listed().say('request.routed', { epoch: 2, tool: 'T0002', colour: 'green' }).messages).toEqual([
      'gateway-0 sent T0002 to green in epoch 2, the list says blue',
    ]);
  });

  test('is broken by an epoch that goes back', () => {
    const bench = listed()
      .say('request.routed', { epoch: 2, colour: 'green' })
      .say('request.routed', { epoch: 1 });
    expect(bench.messages).toEqual(['gateway-0 went back from epoch 2 to 1 for T0001']);
  });

  test('is broken by an epoch that nobody announced', () => {
    expect(listed().say('request.routed', { epoch: 3 }).messages).toEqual([
      'gateway-0 routes by epoch 3, which Management never announced',
    ]);
  });
});
