import { describe, expect, test } from 'vitest';
import { membershipReadiness } from '../../../scenarios/invariants/membership-readiness.ts';
import { RuleBench } from './rule-bench.ts';

/** A member whose pod is long there, when the readiness of all begins to flap. */
function flapping(target = 'defender-blue-a'): RuleBench {
  return new RuleBench(membershipReadiness)
    .at(1)
    .say('pod.created')
    .say('identity.claimed')
    .at(300)
    .faultBegins('f1', 'kubelet.flap-readiness', [target]);
}

describe('membership.readiness', () => {
  test('is put to the test by a pod that turns unready, and kept where nothing follows', () => {
    const bench = flapping().say('pod.unready').at(310).say('pod.unready').faultEnds('f1').finish();
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by a map that takes a Defender out which runs', () => {
    const bench = flapping().say('assignment.published', {
      version: 2,
      reason: 'crash',
      left: ['defender-0'],
    });
    expect(bench.messages).toEqual([
      'blue: map 2 takes defender-0 out, though defender-blue-a runs and was not told to stop',
      'blue: map 2 (crash), though no pod came or went',
    ]);
  });

  test('is broken shortly after the heal, too, and no later', () => {
    const late = flapping().at(400).faultEnds('f1').at(429).say('assignment.published', { version: 2 });
    expect(late.messages).toEqual(['blue: map 2 (scaling), though no pod came or went']);
    const later = flapping().at(400).faultEnds('f1').at(431).say('assignment.published', { version: 2 });
    expect(later.messages).toEqual([]);
  });

  test('is kept by maps for pods that came or went', () => {
    const bench = flapping()
      .say('pod.created', { pod: 'defender-blue-b' })
      .at(340)
      .say('assignment.published', { version: 2, joined: ['defender-1'] })
      .at(500)
      .say('pod.terminating')
      .say('identity.released')
      .at(520)
      .say('assignment.published', { version: 3, left: ['defender-0'] });
    expect(bench.messages).toEqual([]);
  });

  test('a pod that was told to stop and another that takes its id over count for themselves', () => {
    const bench = flapping()
      .say('pod.terminating')
      .say('identity.claimed', { pod: 'defender-blue-b', inherited: true })
      .at(310)
      .say('assignment.published', { version: 2, left: ['defender-0'] });
    expect(bench.messages).toEqual([
      'blue: map 2 takes defender-0 out, though defender-blue-b runs and was not told to stop',
    ]);
  });

  test('is broken by an id or a leadership that is given up', () => {
    const bench = flapping().say('identity.released', { how: 'planned' }).say('leader.lost');
    expect(bench.messages).toEqual([
      'defender-blue-a gave defender-0 up, and was not told to stop',
      'defender-blue-a leads blue no more (released)',
    ]);
  });

  test('looks at the colour that flaps, and at Defenders alone', () => {
    for (const target of ['defender-green-a', 'collector-blue-a']) {
      const bench = flapping(target).say('assignment.published', { version: 2, left: ['defender-0'] });
      expect(bench.outcome).toMatchObject({ checked: 0, violationCount: 0 });
    }
  });
});
