import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { InputError } from '../../../scenarios/cli/input-error.ts';
import { exitCodes, framed, seedOfToday } from '../command-frame.ts';
import { cassandraVersion } from '../../../chaos/live/cassandra/index.ts';
import { describeDisagreement } from './describe.ts';
import { runFaults } from './faults/fault-run.ts';
import type { HistoryEntry } from './faults/history.ts';
import { judge } from './faults/oracle.ts';
import { compareFailureKinds, failureKinds, modelFailureKinds } from './faults/signatures.ts';
import { checkKnownDifferences } from './known-run.ts';
import { LiveRig } from './live-rig.ts';
import { isFound, mutationTable, tryMutations } from './mutation-table.ts';
import { loadCorpus, saveRecorded, saveStory } from './recording.ts';
import type { RecordedSequence } from './comparison.ts';
import { selectSequences } from './selection.ts';
import { runSequences, sampleSequences } from './sequence-run.ts';
import { stories } from './stories/catalogue.ts';
import { tellLive, tellModel } from './stories/tell.ts';

const help = `npm run conformance -- cassandra [options]

Compares the model with real nodes of Cassandra ${cassandraVersion}, which it starts and ends itself.
  --operations N   generated operations without faults, half on one node, half on three (20000)
  --faults N       operations under faults on three nodes (1000)
  --stories WHICH  all, none or the name of one (all)
  --seed N         of what is generated (the day's date)
  --record         keeps what the real nodes answered, for the table of mutations and for machines without Java
  --mutations      no real nodes: each deliberate error of the model against what was recorded
Exit codes: 0 all agrees, 1 something does not, 2 skipped, 104 wrong options.`;

/** Sequences that are kept by --record, of each size of ring. */
const keptSequences = 60;
const waveOfSequences = 300;

interface Options {
  readonly operations: number;
  readonly faults: number;
  readonly stories: string;
  readonly seed: number;
  readonly record: boolean;
  readonly mutations: boolean;
}

/** Resolves with the exit code. */
export async function run(parameters: readonly string[]): Promise<number> {
  return await framed(help, parameters, async () => {
    const options = parse(parameters);
    if (options.mutations) return await runMutations();
    const wrong = [
      ...(await withoutFaults(1, options)),
      ...(await withoutFaults(3, options)),
      ...(await withFaults(options)),
      ...(await tellStories(options)),
    ];
    console.log(
      wrong.length === 0 ? '\nAll agrees.' : `\n${wrong.length} disagreements:\n${wrong.join('\n')}`,
    );
    return wrong.length === 0 ? exitCodes.agreed : exitCodes.disagreed;
  });
}

async function withoutFaults(nodeCount: number, options: Options): Promise<readonly string[]> {
  const wanted = options.operations / 2;
  if (wanted === 0) return [];
  const rig = await LiveRig.start([nodeCount]);
  const wrong: string[] = [];
  const recorded: RecordedSequence[] = [];
  let operations = 0;
  let voided = 0;
  try {
    wrong.push(...(await checkKnownDifferences(rig, 'known')));
    for (let wave = 0; operations < wanted; wave++) {
      const chosen = sampleSequences(nodeCount, waveOfSequences, options.seed + wave);
      const corpus = wave === 0 ? loadCorpus(nodeCount) : [];
      const report = await runSequences(rig, [...corpus, ...chosen], `wave${wave}`);
      operations += report.operations;
      voided += report.voided;
      wrong.push(...report.disagreements.map((each) => describeDisagreement(each)));
      if (options.record) recorded.push(...report.recorded);
      console.log(
        `${nodeCount} node${nodeCount > 1 ? 's' : ''}: ${operations} operations, ` +
          `${voided} sequences voided by the second, ${wrong.length} disagreements`,
      );
    }
  } finally {
    await rig.close();
  }
  if (options.record) saveRecorded(nodeCount, await selectSequences(nodeCount, recorded, keptSequences));
  return wrong;
}

async function withFaults(options: Options): Promise<readonly string[]> {
  if (options.faults === 0) return [];
  const wrong: string[] = [];
  const allowed = await modelFailureKinds(40);
  let operations = 0;
  for (let run = 0; operations < options.faults; run++) {
    const rig = await LiveRig.start([3]);
    try {
      const seed = BigInt(options.seed + run);
      const history = await runFaults(rig, seed);
      operations += history.entries.filter(wasSent).length;
      wrong.push(...judge(history).map((each) => `faults, seed ${seed}: ${each}`));
      wrong.push(
        ...compareFailureKinds(failureKinds(history), allowed).map((each) => `faults, seed ${seed}: ${each}`),
      );
    } finally {
      await rig.close();
    }
    console.log(`3 nodes under faults: ${operations} operations, ${wrong.length} disagreements`);
  }
  return wrong;
}

/** Operations for which there was no connection prove nothing. */
function wasSent({ outcome }: HistoryEntry): boolean {
  return outcome.kind !== 'failed' || outcome.failure.kind !== 'not-connected';
}

async function tellStories(options: Options): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const story of stories) {
    if (options.stories !== 'all' && options.stories !== story.name) continue;
    const real = await tellLive(story);
    const model = await tellModel(story);
    if (options.record) saveStory(story.name, real);
    const before = wrong.length;
    for (let index = 0; index < Math.max(real.length, model.length); index++) {
      const [label, answer] = real[index] ?? ['the end', ''];
      const [, modelled] = model[index] ?? ['the end', ''];
      if (answer !== modelled) wrong.push(`${story.name}, ${label}: real nodes ${answer}, model ${modelled}`);
    }
    console.log(`story ${story.name}: ${real.length} answers, ${wrong.length - before} disagreements`);
  }
  return wrong;
}

async function runMutations(): Promise<number> {
  const results = await tryMutations([1n, 2n]);
  console.log(mutationTable(results));
  const found = results.filter(isFound);
  console.log(`\n${found.length} of ${results.length} found`);
  return found.length === results.length ? exitCodes.agreed : exitCodes.disagreed;
}

function parse(parameters: readonly string[]): Options {
  const values = flagsOf(parameters, {
    operations: { type: 'string', default: '20000' },
    faults: { type: 'string', default: '1000' },
    stories: { type: 'string', default: 'all' },
    seed: { type: 'string', default: seedOfToday() },
    record: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
  });
  const known = ['all', 'none', ...stories.map(({ name }) => name)];
  if (!known.includes(values.stories))
    throw new InputError(`--stories ${values.stories}: expected one of ${known.join(', ')}`);
  return {
    ...values,
    operations: wholeNumber('operations', values.operations),
    faults: wholeNumber('faults', values.faults),
    seed: wholeNumber('seed', values.seed),
  };
}
