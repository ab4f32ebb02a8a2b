import { expect, test } from 'vitest';
import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { InputError } from '../../../scenarios/cli/input-error.ts';

const flags = {
  seeds: { type: 'string', default: '10' },
  write: { type: 'boolean', default: false },
} as const;

test('flags have their values or their defaults', () => {
  expect(flagsOf(['--seeds', '3'], flags)).toMatchObject({ seeds: '3', write: false });
});

test.each([[['--nosuch']], [['--seeds']], [['word']], [['--write=yes']]])('%j is refused', (parameters) => {
  expect(() => flagsOf(parameters, flags)).toThrow(InputError);
});

test.each(['x', '', '-1', '1.5', '1e99', ' '])('%j is no whole number', (text) => {
  expect(() => wholeNumber('seeds', text)).toThrow(`--seeds ${text}: expected a whole number of at least 0`);
});

test('a number below the least is refused', () => {
  expect(() => wholeNumber('seeds', '0', 1)).toThrow(InputError);
  expect(wholeNumber('seeds', '1', 1)).toBe(1);
});
