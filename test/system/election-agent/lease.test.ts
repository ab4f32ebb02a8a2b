import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstGrant, Lease } from '../../../system/election-agent/lease.ts';

const longestTtlMs = 10_000;

interface Life {
  readonly candidate: number;
  readonly act: 'acquire' | 'renew' | 'release' | 'restart' | 'wait' | 'write fails';
  readonly pauseMs: number;
}

const lives = fc.array(
  fc.record<Life>({
    candidate: fc.integer({ min: 0, max: 3 }),
    act: fc.constantFrom('acquire', 'renew', 'release', 'restart', 'wait', 'write fails'),
    pauseMs: fc.integer({ min: 0, max: 6_000 }),
  }),
  { maxLength: 60 },
);

test('no term is told twice, terms rise, and no two candidates believe at once, restarts included', () => {
  fc.assert(
    fc.property(lives, (steps) => {
      let nowMs = 0;
      let durable = firstGrant;
      let lease = new Lease(durable, nowMs, longestTtlMs);
      const told: number[] = [];
      const believes = new Map<number, { term: number; untilMs: number }>();
      for (const { candidate, act, pauseMs } of steps) {
        nowMs += pauseMs;
        const name = `candidate-${candidate}`;
        const held = believes.get(candidate);
        switch (act) {
          case 'acquire':
          case 'write fails': {
            const answer = lease.acquire(name, 0, nowMs);
            if (answer.kind === 'refused') break;
            if (act === 'write fails') {
              lease.burn(answer.grant.term);
              break;
            }
            durable = answer.grant;
            lease.granted(answer.grant, nowMs + longestTtlMs);
            told.push(answer.grant.term);
            believes.set(candidate, { term: answer.grant.term, untilMs: nowMs + longestTtlMs });
            break;
          }
          case 'renew':
            if (held !== undefined && lease.renew(name, held.term, nowMs, nowMs + longestTtlMs)) {
              held.untilMs = nowMs + longestTtlMs;
            }
            break;
          case 'release':
            believes.delete(candidate);
            if (held !== undefined) lease.release(name, held.term, nowMs);
            break;
          case 'restart':
            lease = new Lease(durable, nowMs, longestTtlMs);
            break;
          case 'wait':
            break;
        }
        expect(told).toEqual([...new Set(told)].sort((one, two) => one - two));
        const believers = [...believes.values()].filter(({ untilMs }) => nowMs < untilMs);
        expect(believers.length).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('a term is above what the candidate has seen, as after a lost disk', () => {
  const lease = new Lease(firstGrant, 0, longestTtlMs);
  expect(lease.acquire('one', 41, 0)).toEqual({ kind: 'grant', grant: { holder: 'one', term: 42 } });
});

test('who holds the lease and asks again gets the next term, and the last one is over', () => {
  const lease = new Lease(firstGrant, 0, longestTtlMs);
  lease.granted({ holder: 'one', term: 1 }, 10_000);
  expect(lease.acquire('two', 0, 9_999)).toEqual({ kind: 'refused', term: 1 });
  expect(lease.acquire('one', 0, 5_000)).toEqual({ kind: 'grant', grant: { holder: 'one', term: 2 } });
  lease.granted({ holder: 'one', term: 2 }, 15_000);
  expect(lease.renew('one', 1, 6_000, 16_000)).toBe(false);
  expect(lease.renew('one', 2, 6_000, 16_000)).toBe(true);
});
