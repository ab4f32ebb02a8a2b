import { expect, test } from 'vitest';
import { durableOf } from '../../../system/defender/names.ts';
import { subscriptionOf, unitsOf } from '../../../system/defender/units.ts';

const tools = [
  { tool: 'tool-0001', chambers: 1, weight: 30 },
  { tool: 'tool-0002', chambers: 3, weight: 30 },
];

test('a tool is one unit by default', () => {
  expect(unitsOf(tools, 'tool')).toEqual([
    { unit: 'tool-0001', weight: 30 },
    { unit: 'tool-0002', weight: 30 },
  ]);
  expect(subscriptionOf('tool', 'tool-0002')).toEqual({
    unit: 'tool-0002',
    subject: 'dc.tool-0002.complete',
  });
});

test('a chamber is one as a setting, with its share of the weight and a legal durable', () => {
  const units = unitsOf(tools, 'chamber');
  expect(units.map(({ unit }) => unit)).toEqual(['tool-0001.1', 'tool-0002.1', 'tool-0002.2', 'tool-0002.3']);
  expect(units.reduce((sum, { weight }) => sum + weight, 0)).toBe(60);
  expect(subscriptionOf('chamber', 'tool-0002.3')).toEqual({
    unit: 'tool-0002.3',
    subject: 'dc.tool-0002.3.complete',
  });
  expect(durableOf('tool-0002.3')).toBe('defender-tool-0002_3');
});
