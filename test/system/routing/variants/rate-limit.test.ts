import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LeakyBucket } from '../../../../system/routing/variants/rate-limit.ts';

describe('leaky bucket', () => {
  test('takes the burst and one at once, then as many as leak', () => {
    const bucket = new LeakyBucket({ perSecond: 10, burst: 5 });
    const taken = Array.from({ length: 20 }, () => bucket.take(0)).filter(Boolean).length;
    expect(taken).toBe(6);
    expect(bucket.take(100)).toBe(true);
    expect(bucket.take(100)).toBe(false);
  });

  test('never lets through more than rate × time + burst + 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 100 }),
        (gapsMs, perSecond, burst) => {
          const bucket = new LeakyBucket({ perSecond, burst });
          let nowMs = 0;
          let taken = 0;
          for (const gapMs of gapsMs) {
            nowMs += gapMs;
            if (bucket.take(nowMs)) taken++;
          }
          expect(taken).toBeLessThanOrEqual((nowMs * perSecond) / 1000 + burst + 1 + 1e-6);
        },
      ),
    );
  });
});
