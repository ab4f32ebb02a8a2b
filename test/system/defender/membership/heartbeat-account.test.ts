import { expect, test } from 'vitest';
import { HeartbeatAccount } from '../../../../system/defender/membership/heartbeat-account.ts';

function entry(key: string, revision: number) {
  return { key, revision, value: new TextEncoder().encode('1790000000000'), operation: 'put' as const };
}

test('silence is counted from the last change that was seen', () => {
  const account = new HeartbeatAccount(2_000, 0);
  for (let beat = 0; beat <= 5; beat++) {
    account.confirmBeat(beat * 2_000);
    if (beat < 2) account.observe(entry('a', beat + 1), beat * 2_000);
    else account.observe(entry('a', 2), beat * 2_000);
  }
  expect(account.silentMs('a', 10_000)).toBe(8_000);
  expect(account.lastWallMs('a')).toBe(1_790_000_000_000);
});

test('an older revision from a stale replica is no sign of life', () => {
  const account = new HeartbeatAccount(2_000, 0);
  account.observe(entry('a', 5), 0);
  account.confirmBeat(2_000);
  account.observe(entry('a', 4), 2_000);
  expect(account.silentMs('a', 2_000)).toBe(2_000);
});

test('while the leader’s own beats do not get through nobody is silent', () => {
  const account = new HeartbeatAccount(2_000, 0);
  account.confirmBeat(0);
  account.observe(entry('a', 1), 0);
  expect(account.silentMs('a', 600_000)).toBe(3_000);
  account.confirmBeat(600_000);
  expect(account.silentMs('a', 602_000)).toBe(5_000);
});
