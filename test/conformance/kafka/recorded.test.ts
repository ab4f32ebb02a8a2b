import { describe, expect, test } from 'vitest';
import { noKafkaMutations } from '../../../sim/kafka/index.ts';
import { stepsOf } from './campaign.ts';
import { firstDifference, runOnModel } from './comparison.ts';
import { recordedRuns } from './recording.ts';

describe('what a real broker answered', () => {
  const runs = recordedRuns();

  test('the model answers the same', async () => {
    for (const { id, plan, observations } of runs) {
      expect(await runOnModel(plan), id).toEqual(observations);
    }
    expect(runs.reduce((sum, run) => sum + stepsOf(run), 0)).toBeGreaterThan(1_500);
    expect(runs.some(({ id }) => id.endsWith('restart'))).toBe(true);
  });

  test('the model with a deliberate error does not', { timeout: 60_000 }, async () => {
    const missed: string[] = [];
    for (const mutation of Object.keys(noKafkaMutations)) {
      let isFound = false;
      for (const { plan, observations } of runs) {
        if (isFound) break;
        const answered = await runOnModel(plan, 0, { [mutation]: true });
        isFound = firstDifference(answered, observations) !== undefined;
      }
      if (!isFound) missed.push(mutation);
    }
    expect(missed).toEqual([]);
  });

  test('the records hold what groups are about', () => {
    const text = runs.flatMap(({ observations }) => observations).join('\n');
    for (const word of [
      'MEMBER_ID_REQUIRED',
      'UNKNOWN_MEMBER_ID',
      'ILLEGAL_GENERATION',
      'REBALANCE_IN_PROGRESS',
      'FENCED_INSTANCE_ID',
      'INCONSISTENT_GROUP_PROTOCOL',
      'GROUP_MAX_SIZE_REACHED',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'OFFSET_OUT_OF_RANGE',
      'CompletingRebalance',
      'led by',
    ]) {
      expect(text, word).toContain(word);
    }
  });
});
