import { describe, expect, test } from 'vitest';
import { compare } from './comparison.ts';
import { describeDisagreement } from './describe.ts';
import { loadRecorded, loadStory } from './recording.ts';
import { stories } from './stories/catalogue.ts';
import { tellModel } from './stories/tell.ts';

describe('the model answers as real nodes did', () => {
  test.each([1, 3])('in sequences on a ring of %i', async (nodeCount) => {
    const recorded = loadRecorded(nodeCount);
    expect(recorded.length).toBeGreaterThanOrEqual(50);
    expect((await compare(nodeCount, recorded)).map((each) => describeDisagreement(each))).toEqual([]);
  });

  test.each([1, 3])('also message by message, on a ring of %i', async (nodeCount) => {
    const found = await compare(nodeCount, loadRecorded(nodeCount), [], { elide: false });
    expect(found.map((each) => describeDisagreement(each))).toEqual([]);
  });

  test.each(stories.map((story) => [story.name, story] as const))('in the story %s', async (name, story) => {
    for (const seed of [1n, 2n, 3n]) expect(await tellModel(story, [], seed)).toEqual(loadStory(name));
  });
});
