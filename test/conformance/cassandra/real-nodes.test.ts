import { expect, test, type TestContext } from 'vitest';
import { LiveProblem } from '../../../chaos/live/nats/index.ts';
import { describeDisagreement } from './describe.ts';
import { checkKnownDifferences } from './known-run.ts';
import { LiveRig } from './live-rig.ts';
import { loadCorpus } from './recording.ts';
import { runSequences, sampleSequences } from './sequence-run.ts';

/** Always the same share; the long run, `npm run conformance -- cassandra`, takes another one each day. */
const seed = 1;

async function start(context: TestContext, nodeCount: number): Promise<LiveRig> {
  try {
    return await LiveRig.start([nodeCount]);
  } catch (error) {
    if (!(error instanceof LiveProblem)) throw error;
    console.warn(`SKIPPED, the model was not compared with real nodes: ${error.message}`);
    return context.skip(error.message);
  }
}

async function compareShare(context: TestContext, nodeCount: number, count: number): Promise<void> {
  const rig = await start(context, nodeCount);
  try {
    expect(await checkKnownDifferences(rig, 'test')).toEqual([]);
    const chosen = [...loadCorpus(nodeCount), ...sampleSequences(nodeCount, count, seed)];
    const report = await runSequences(rig, chosen, 'test');
    expect(report.disagreements.map((each) => describeDisagreement(each))).toEqual([]);
    // The others were voided by a busy machine: they prove nothing.
    expect(report.recorded.length).toBeGreaterThan(chosen.length / 5);
  } finally {
    await rig.close();
  }
}

test('generated sequences on one real node', (context) => compareShare(context, 1, 150), 300_000);
test('generated sequences on a real ring of three', (context) => compareShare(context, 3, 60), 300_000);
