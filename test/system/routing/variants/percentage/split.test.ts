import { describe, expect, test } from 'vitest';
import type { CanaryConfig } from '../../../../../system/routing/variants/percentage/config.ts';
import { correctSplit, isWithin } from '../../../../../system/routing/variants/percentage/split.ts';

const config: CanaryConfig = {
  revision: 3,
  release: 'v2',
  enabled: true,
  weightPercent: 0,
  shrinking: false,
};
const clients = Array.from({ length: 1500 }, (_, index) => `tool-${String(index).padStart(4, '0')}`);
const marks = { client: 'tool-0001', header: undefined, cookies: undefined };

describe('percentage split', () => {
  test.each([
    ['header', { ...marks, header: 'true', cookies: 'canary=never' }, 'canary', 'header'],
    ['another header', { ...marks, header: 'yes' }, 'stable', 'weight'],
    ['cookie always', { ...marks, cookies: 'a=b; canary=always' }, 'canary', 'cookie'],
    [
      'cookie never, before affinity',
      { ...marks, cookies: 'market-intel-canary=v2; canary=never' },
      'stable',
      'cookie',
    ],
    ['affinity', { ...marks, cookies: 'market-intel-canary=v2' }, 'canary', 'affinity'],
    ['affinity of another release', { ...marks, cookies: 'market-intel-canary=v1' }, 'stable', 'weight'],
  ])('%s', (_, asked, backend, reason) => {
    expect(correctSplit.choose(config, asked)).toEqual({ backend, reason });
  });

  test('withdrawn, nothing leads to the canary', () => {
    const withdrawn = { ...config, enabled: false, weightPercent: 100 };
    const wish = { ...marks, header: 'true', cookies: 'canary=always; market-intel-canary=v2' };
    expect(correctSplit.choose(withdrawn, wish)).toEqual({ backend: 'stable', reason: 'withdrawn' });
  });

  test('a share that shrinks is not held up by affinity', () => {
    const asked = { ...marks, cookies: 'market-intel-canary=v2' };
    expect(correctSplit.choose({ ...config, shrinking: true }, asked).backend).toBe('stable');
  });

  test('a growing weight only adds clients, to about its share', () => {
    let before: readonly string[] = [];
    for (const weightPercent of [5, 10, 20, 50, 100]) {
      const within = clients.filter((client) => isWithin(client, weightPercent));
      expect(within).toEqual(expect.arrayContaining(before as string[]));
      expect(Math.abs(within.length / clients.length - weightPercent / 100)).toBeLessThan(0.03);
      before = within;
    }
    expect(before).toHaveLength(clients.length);
  });
});
