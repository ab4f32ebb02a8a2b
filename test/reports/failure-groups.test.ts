import { expect, test } from 'vitest';
import { groupFailures, normaliseReason } from '../../reports/failure-groups.ts';
import { failedResult, result } from './fixture.ts';

test.each([
  [
    'a.b: tool-0018/1 stored 7701341242548709 of 450 points (and 41 more)',
    'a.b: tool-#/# stored # of # points',
  ],
  ['a.b: blue: defender-blue-9s2kfqx44w-pl7wd took 12.5 s', 'a.b: #: defender-#-# took # s'],
  ['two executions differ: 0123456789abcdef and fedcba9876543210', 'two executions differ: # and #'],
  ['goal not reached: a rollback', 'goal not reached: a rollback'],
])('%s is normalised', (reason, expected) => {
  expect(normaliseReason(reason)).toBe(expected);
});

test('one verdict and one cause are one group; passing runs are in none', () => {
  const groups = groupFailures([
    result(),
    failedResult({ seed: '0x2', reasons: ['a.b: 1 lost'] }),
    failedResult({ seed: '0x3', reasons: ['a.b: 2 lost'] }),
    result({ seed: '0x4', verdict: 'unknown', reasons: ['a.b: 2 lost'] }),
  ]);
  expect(groups.map(({ verdict, seeds, replay }) => [verdict, seeds, replay])).toEqual([
    ['failed', ['0x2', '0x3'], 'npm run scenario -- run storm --seed 0x2 --set tools=20'],
    ['unknown', ['0x4'], 'npm run scenario -- run storm --seed 0x4 --set tools=20'],
  ]);
});
