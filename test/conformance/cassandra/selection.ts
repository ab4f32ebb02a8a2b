import { deviations } from '../../../sim/cassandra/index.ts';
import { compare, type RecordedSequence } from './comparison.ts';

const findersOfEach = 3;

/** The sequences worth keeping: some that find each deviation that any of them finds, then the first ones, up to a number. */
export async function selectSequences(
  nodeCount: number,
  recorded: readonly RecordedSequence[],
  most: number,
): Promise<readonly RecordedSequence[]> {
  const chosen = new Set<number>();
  for (const deviation of deviations) {
    const finders = (await compare(nodeCount, recorded, [deviation])).map(
      ({ sequenceIndex }) => sequenceIndex,
    );
    const missing = findersOfEach - finders.filter((index) => chosen.has(index)).length;
    for (const index of finders.filter((each) => !chosen.has(each)).slice(0, Math.max(0, missing))) {
      chosen.add(index);
    }
  }
  for (let index = 0; index < recorded.length && chosen.size < most; index++) chosen.add(index);
  return recorded.filter((_, index) => chosen.has(index));
}
