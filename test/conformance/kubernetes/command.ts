import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { InputError } from '../../../scenarios/cli/input-error.ts';
import { exitCodes, framed } from '../command-frame.ts';
import { recordAutoscalers, recordDeletions, recordSequences } from './campaign.ts';
import { families, plansOf, type Family } from './generator.ts';
import { installServers } from './live/server-binaries.ts';
import { serve } from './live/serve.ts';
import { markdownTable, mutationTable } from './mutation-table.ts';
import { recorded, write } from './recording.ts';

const usage = `npm run conformance -- kubernetes [--seed S] [--share PERCENT] [--parallel N] [--only FAMILY] [--compare]
                            [--install] [--mutations] [--serve [--ready-after MS]]`;

/** Sequences of each family in a full recording. */
const fullCounts: Readonly<Record<Family, number>> = {
  corners: 7,
  rollouts: 48,
  evictions: 24,
  drains: 10,
  statefulSets: 16,
  timed: 12,
  nodeLosses: 6,
};
const deletionCount = 80;
const autoscalerCount = 15;

/** The model of Kubernetes against the real controllers. Resolves to the exit code. */
export async function run(parameters: readonly string[]): Promise<number> {
  return await framed(usage, parameters, async () => {
    const values = flagsOf(parameters, {
      seed: { type: 'string', default: '1' },
      share: { type: 'string', default: '100' },
      parallel: { type: 'string', default: '12' },
      only: { type: 'string' },
      compare: { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      mutations: { type: 'boolean', default: false },
      serve: { type: 'boolean', default: false },
      'ready-after': { type: 'string', default: '1000' },
    });
    const { only } = values;
    const kinds = [...Object.keys(families), 'deletions', 'autoscalers'];
    if (only !== undefined && !kinds.includes(only))
      throw new InputError(`--only ${only}: expected one of ${kinds.join(', ')}`);
    const seed = wholeNumber('seed', values.seed);
    const share = wholeNumber('share', values.share, 1);
    const parallel = wholeNumber('parallel', values.parallel, 1);
    const readyAfterMs = wholeNumber('ready-after', values['ready-after']);
    if (values.install) {
      await installServers();
      return exitCodes.agreed;
    }
    if (values.serve) {
      await serve(readyAfterMs);
      return exitCodes.agreed;
    }
    if (values.mutations) return await showMutations();
    return await recordAll({ seed, share, parallel, only, keep: !values.compare });
  });
}

interface Recording {
  readonly seed: number;
  /** Percent of the full counts. */
  readonly share: number;
  readonly parallel: number;
  readonly only: string | undefined;
  /** Writes what was seen, in place of what was recorded for the same families. */
  readonly keep: boolean;
}

async function recordAll({ seed, share, parallel, only, keep }: Recording): Promise<number> {
  const count = (full: number): number => Math.max(1, Math.round((full * share) / 100));
  const chosen = (kind: string): boolean => only === undefined || only === kind;
  let agreed = true;
  const names = Object.keys(fullCounts).filter((name): name is Family => Object.hasOwn(fullCounts, name));
  const wanted = names.filter(chosen);
  for (const family of wanted) {
    const plans = plansOf(family, seed, count(fullCounts[family]));
    const { records, different } = await recordSequences(family, plans, parallel, console.log);
    if (different > 0) agreed = false;
    if (!keep) continue;
    const others = recorded('sequences').filter(({ id }) => !id.startsWith(`${family} `));
    write('sequences', [...others, ...records]);
  }
  if (chosen('deletions')) {
    const { records, different } = await recordDeletions(seed, count(deletionCount), parallel, console.log);
    if (different > 0) agreed = false;
    if (keep) write('deletions', records);
  }
  if (chosen('autoscalers')) {
    const { records, different } = await recordAutoscalers(seed, count(autoscalerCount), console.log);
    if (different > 0) agreed = false;
    if (keep) write('autoscalers', records);
  }
  return agreed ? exitCodes.agreed : exitCodes.disagreed;
}

/** Needs no server: what the real controllers did is recorded. */
async function showMutations(): Promise<number> {
  const rows = await mutationTable({
    sequences: recorded('sequences'),
    deletions: recorded('deletions'),
    autoscalers: recorded('autoscalers'),
  });
  console.log(markdownTable(rows));
  const missed = rows.filter(({ foundBy }) => foundBy === undefined).length;
  console.log(`\n${rows.length - missed} of ${rows.length} deliberate errors found`);
  return missed === 0 ? exitCodes.agreed : exitCodes.disagreed;
}
