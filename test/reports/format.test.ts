import { expect, test } from 'vitest';
import { formatClock, formatDuration, formatNumber, percent, plainText } from '../../reports/format.ts';

test.each([
  [1_234_567, '1,234,567'],
  [99.96, '100'],
  [12.34, '12.3'],
  [-1234.5, '-1,234'],
  [0, '0'],
  [Infinity, 'Infinity'],
])('the number %d is %s', (value, expected) => {
  expect(formatNumber(value)).toBe(expected);
});

test('times and durations', () => {
  expect(formatClock(3_723_900_000)).toBe('01:02:03');
  expect([850, 65_000, 93_200, 120_000, 600_000, 15_900_000].map(formatDuration)).toEqual([
    '850 ms',
    '65 s',
    '1 min 33 s',
    '2 min',
    '10 min',
    '4 h 25 min',
  ]);
});

test('a share of nothing is none', () => {
  expect([percent(1, 3), percent(0, 0)]).toEqual(['33.3 %', '–']);
});

test('plain text keeps letters and line ends, and drops what a terminal or XML would act on', () => {
  expect(plainText('é\t漢😀\n\u001b[1;31mred\u001b[0m\u0007\u0085\u001b]0;t\uffff\udc00')).toBe(
    'é\t漢😀\nred]0;t',
  );
});
