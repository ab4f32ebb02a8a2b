import { availableParallelism } from 'node:os';
import { scenarioNamed } from '../catalog/index.ts';
import { flagsOf, runTool, wholeNumber } from '../cli/flags.ts';
import { InputError } from '../cli/input-error.ts';
import { ProgressLine } from '../cli/progress-line.ts';
import { parseSeed } from '../cli/seed.ts';
import { StopSignals } from '../cli/stop-signals.ts';
import { WorkerPool } from '../cli/worker-pool.ts';
import { buildOfCheckout } from './build.ts';
import { campaignRequests } from './requests.ts';
import { RunLog } from './run-log.ts';
import { formatTally, outcomeOf, tallyOf } from './tally.ts';

const usage = `npm run campaign -- [--seeds N] [--first SEED] [--scenario NAME] [--log FILE] [--workers N]
  --seeds     seeds of each scenario (200)
  --first     first seed (1)
  --scenario  this one only (may be repeated); else every scenario of the catalogue
  --log       finished runs, as JSON lines: what is there of this build is not run again (results/campaign.jsonl)
  --workers   worker threads (one a core)
Scenarios run at 60 tools, release-day at 150, smaller ones at their own size.`;

/** A worker that is warm runs much faster than one that begins. */
const runsPerWorker = 300;

/** Exit code 0: nothing red or unknown; 1: a run was red; 2: a run was unknown; 104: bad input; 130: ended before its time. */
async function main(parameters: readonly string[]): Promise<number> {
  const values = flagsOf(parameters, {
    seeds: { type: 'string', default: '200' },
    first: { type: 'string', default: '1' },
    scenario: { type: 'string', multiple: true, default: [] },
    log: { type: 'string', default: 'results/campaign.jsonl' },
    workers: { type: 'string', default: String(availableParallelism()) },
  });
  const seeds = wholeNumber('seeds', values.seeds, 1);
  const workers = wholeNumber('workers', values.workers, 1);
  const unknownName = values.scenario.find((name) => scenarioNamed(name) === undefined);
  if (unknownName !== undefined) throw new InputError(`--scenario ${unknownName}: no such scenario`);
  const build = buildOfCheckout();
  if (build === undefined)
    console.error('uncommitted changes, or no checkout: these runs count for this invocation only');
  const log = new RunLog(values.log, build ?? `changed-${Date.now()}`);
  const requests = campaignRequests(values.scenario, parseSeed(values.first), seeds);
  const missing = requests.filter((request) => log.find(request) === undefined);
  console.error(
    `build ${build ?? 'not committed'}: ${requests.length - missing.length} of ${requests.length} runs are in ${values.log}` +
      (log.foreign === 0 ? '' : `, beside ${log.foreign} of other builds`),
  );
  const progress = new ProgressLine(process.stderr, missing.length);
  const pool = new WorkerPool(
    { workers, runsPerWorker },
    {
      progress: (index, state) => progress.update(index, state),
      result: (index, result) => {
        progress.finish(index);
        if (pool.stopping) return;
        const run = log.add(result);
        const outcome = outcomeOf(run);
        if (outcome !== 'red' && outcome !== 'unknown') return;
        progress.clear();
        console.error(`${run.scenario} ${run.seed} ${outcome}: ${run.reasons.join('; ')}\n  ${run.replay}`);
      },
    },
  );
  const signals = new StopSignals(() => pool.cancel());
  const end = await pool.run(missing.map((request) => ({ request })));
  signals.release();
  progress.clear();
  const tallies = tallyOf(requests, (request) => log.find(request));
  console.log(formatTally(tallies));
  if (end !== 'done') return 130;
  if (tallies.some(({ red }) => red > 0)) return 1;
  return tallies.some(({ unknown }) => unknown > 0) ? 2 : 0;
}

await runTool(usage, main);
