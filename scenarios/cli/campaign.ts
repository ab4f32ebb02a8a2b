import { join } from 'node:path';
import { campaignReport } from '../../reports/campaign.ts';
import { junitReport } from '../../reports/junit.ts';
import { markdownReport } from '../../reports/markdown.ts';
import { resultsJson } from '../../reports/results-json.ts';
import { terminalLine, terminalReport, type TerminalOptions } from '../../reports/terminal.ts';
import { worstFirst } from '../../reports/format.ts';
import type { RunRequest, RunResult } from '../run-result.ts';
import type { RunTrace } from '../runner.ts';
import { scenarioNamed } from '../catalog/index.ts';
import { shellWord } from '../shell-word.ts';
import { canaryRequest, describeCanary, seedsWithCanary } from './canary.ts';
import { wantsColour } from './colour.ts';
import { compareRuns } from './compare-runs.ts';
import type { ConfigurationRow } from './configuration.ts';
import { explain, exitCodeOf, exitCodes, worstOf, type ExitCode } from './exit-code.ts';
import { describeFailure } from './harness-error.ts';
import { OutputFolder, runId } from './output-folder.ts';
import { ProgressLine } from './progress-line.ts';
import type { RunFlags, RunPlanning } from './run-options.ts';
import { commitHash, isDirty } from './seed.ts';
import { StopSignals } from './stop-signals.ts';
import { WorkerPool, type PoolEnd, type PoolTask } from './worker-pool.ts';

type Traced = RunResult & RunTrace;

const fullReports = 20;

/** All runs of one invocation: executes them, checks that they repeat, writes and prints what came out. */
export class Campaign {
  readonly #flags: RunFlags;
  readonly #planning: RunPlanning;
  readonly #configuration: readonly ConfigurationRow[];
  readonly #terminal: TerminalOptions;
  readonly #output: OutputFolder;
  readonly #commit = commitHash();
  /** By the index of the request; a run that did not begin has none. */
  readonly #results: (Traced | undefined)[] = [];
  #canary: RunResult | undefined;
  #pool: WorkerPool | undefined;

  /** Makes the folder for results. Throws an `InputError` where that is not possible. */
  constructor(flags: RunFlags, planning: RunPlanning, configuration: readonly ConfigurationRow[]) {
    this.#flags = flags;
    this.#planning = planning;
    this.#configuration = configuration;
    const stream = flags.json ? process.stderr : process.stdout;
    this.#terminal = {
      colour: wantsColour(flags.color, stream.isTTY === true, process.env),
      summary: flags.summary,
    };
    this.#output = new OutputFolder(flags.output, runId(new Date(), this.#commit));
  }

  /** What fails after this began is reported, and is exit 255. */
  async run(): Promise<ExitCode> {
    const removeTemporary = (): void => this.#output.removeTemporary();
    process.on('exit', removeTemporary);
    const signals = new StopSignals(() => {
      this.#say('stopping: what is finished will be reported (again to stop at once)');
      this.#pool?.cancel();
    });
    const codes: ExitCode[] = [];
    try {
      this.#writeRunJson({ outcome: 'incomplete' });
      this.#announce();
      let end = await this.#execute();
      if (end === 'done') end = await this.#verify();
      codes.push(...endCodes(end, signals));
    } catch (error) {
      codes.push(this.#harnessError(error));
    }
    signals.release();
    try {
      this.#writeReports();
    } catch (error) {
      codes.push(this.#harnessError(error));
    }
    codes.push(...this.#finished().map((result) => exitCodeOf(result)), ...this.#doubts());
    const code = worstOf(codes);
    this.#print();
    // Only what came to its end is complete; the rest stays what it was called at the start.
    const outcome = code < exitCodes.timeLimit ? 'complete' : 'incomplete';
    try {
      this.#writeRunJson({ outcome, exitCode: code });
      this.#output.linkLatest();
    } catch (error) {
      this.#harnessError(error);
      this.#say(explain(exitCodes.harnessError, []));
      return exitCodes.harnessError;
    }
    this.#say(`results ${this.#output.path}`);
    this.#say(this.#explain(code));
    process.off('exit', removeTemporary);
    return code;
  }

  #announce(): void {
    const { requests, workers, seedChoice } = this.#planning;
    const many =
      requests.length > 1
        ? ` × ${requests.length} seeds${requests.length < seedsWithCanary ? '' : ' and a canary'} on ${workers} workers`
        : '';
    this.#say(
      `Running ${requests[0]?.scenario ?? ''}${many}  seed 0x${seedChoice.seed.toString(16)} (${seedChoice.origin})`,
    );
  }

  async #execute(): Promise<PoolEnd> {
    const { requests, seedChoice } = this.#planning;
    const canary: PoolTask[] =
      requests.length < seedsWithCanary ? [] : [{ request: canaryRequest(seedChoice.seed) }];
    const tasks = requests.map((request) => this.#task(request, this.#flags.trace === 'on'));
    return await this.#runPool([...canary, ...tasks], (task, result, progress) => {
      if (task < canary.length) {
        this.#canary = result;
        return;
      }
      const judged = this.#judge(result);
      this.#results[task - canary.length] = judged;
      this.#output.writeRun(judged);
      if (requests.length === 1 || judged.verdict === 'passed') return;
      progress?.clear();
      this.#say(terminalLine(judged, this.#terminal));
    });
  }

  /** Every run that is not green, and a share of those that are, must give the same fingerprint again. */
  async #verify(): Promise<PoolEnd> {
    const { requests, verifyShare } = this.#planning;
    const chosen = requests.flatMap((request, index) => {
      const first = this.#results[index];
      const sampled = Math.floor(index * verifyShare) !== Math.floor((index + 1) * verifyShare);
      return first !== undefined && (first.verdict !== 'passed' || sampled)
        ? [{ request, index, first }]
        : [];
    });
    if (chosen.length === 0) return 'done';
    this.#say(
      `executing ${chosen.length} ${chosen.length === 1 ? 'run' : 'runs'} again, to see the same fingerprint`,
    );
    const tasks = chosen.map(({ request, first }) =>
      this.#task(request, this.#flags.trace === 'on-failure' && first.verdict === 'failed'),
    );
    return await this.#runPool(tasks, (task, again) => {
      const entry = chosen[task];
      // Half a run has another fingerprint, and says nothing.
      if (entry === undefined || this.#pool?.stopping === true) return;
      const { first, index } = entry;
      const difference = compareRuns(first, again);
      if (difference === undefined) return;
      const odd: Traced = { ...first, verdict: 'nondeterministic', reasons: [difference, ...first.reasons] };
      this.#results[index] = odd;
      this.#output.writeRun(odd);
    });
  }

  async #runPool(
    tasks: readonly PoolTask[],
    onResult: (task: number, result: Traced, progress: ProgressLine | undefined) => void,
  ): Promise<PoolEnd> {
    const { workers, timeoutMs } = this.#planning;
    const progress = this.#flags.quiet ? undefined : new ProgressLine(process.stderr, tasks.length);
    this.#pool = new WorkerPool(
      { workers, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
      {
        progress: (task, update) => progress?.update(task, update),
        result: (task, result) => {
          progress?.finish(task);
          onResult(task, result, progress);
        },
      },
    );
    try {
      return await this.#pool.run(tasks);
    } finally {
      progress?.clear();
    }
  }

  #task(request: RunRequest, traced: boolean): PoolTask {
    if (!traced) return { request };
    const folder = this.#output.runFolder(request.scenario, `0x${request.seed.toString(16)}`);
    return { request, traceFile: join(folder, 'trace.jsonl.gz') };
  }

  /** A plan of one's own is replayed from the record; under `--strict` a fault that never bit leaves the verdict unknown. */
  #judge(result: Traced): Traced {
    const replay =
      this.#flags.plan === undefined && this.#planning.recorded === undefined
        ? result.replay
        : `npm run scenario -- replay ${shellWord(join(this.#output.path, 'scenarios', result.scenario, result.seed))}`;
    const vacuous = result.faults.filter((fault) => fault.vacuous);
    if (!this.#flags.strict || result.verdict !== 'passed' || vacuous.length === 0) {
      return { ...result, replay };
    }
    const reasons = vacuous.map((fault) => `fault ${fault.id} ${fault.kind} never bit`);
    return { ...result, replay, verdict: 'unknown', reasons };
  }

  #finished(): Traced[] {
    return this.#results.filter((result) => result !== undefined);
  }

  /** What makes the outcome worse than the verdicts of the runs. */
  #doubts(): ExitCode[] {
    const codes: ExitCode[] = [];
    if (this.#canaryPassed()) codes.push(exitCodes.harnessError);
    if (this.#knownRedMissing()) codes.push(exitCodes.unknown);
    const { recorded } = this.#planning;
    if (recorded !== undefined && !this.#reproduced()) {
      codes.push(recorded.sameCode ? exitCodes.nondeterminism : exitCodes.unknown);
    }
    return codes;
  }

  #canaryPassed(): boolean {
    return this.#canary !== undefined && this.#canary.verdict !== 'failed' && this.#pool?.stopping !== true;
  }

  /** So many runs of a scenario that is known to be red, and all green: what it shows is not shown any more. */
  #knownRedMissing(): boolean {
    const finished = this.#finished();
    const scenario = scenarioNamed(finished[0]?.scenario ?? '');
    return (
      scenario?.knownRed !== undefined &&
      finished.length >= seedsWithCanary &&
      finished.every((result) => result.verdict === 'passed')
    );
  }

  #reproduced(): boolean {
    return this.#finished().every((result) => result.fingerprint === this.#planning.recorded?.fingerprint);
  }

  #writeReports(): void {
    const finished = this.#finished();
    const plain: TerminalOptions = { colour: false, summary: 'full' };
    const reports = worstFirst(finished)
      .slice(0, fullReports)
      .map((result) => terminalReport(result, plain));
    const summary = finished.length > 1 ? [campaignReport(finished, plain), ...reports] : reports;
    this.#output.write('summary.txt', summary.join('\n'));
    this.#output.write('summary.md', markdownReport(finished));
    this.#output.write('junit.xml', junitReport(finished));
    this.#output.write('results.json', resultsJson(finished));
  }

  #writeRunJson(end: { outcome: 'complete' | 'incomplete'; exitCode?: ExitCode }): void {
    const { requests, seedChoice } = this.#planning;
    const about = {
      schemaVersion: 1,
      ...end,
      arguments: process.argv.slice(2),
      commit: this.#commit ?? null,
      dirty: isDirty() ?? null,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      scenario: requests[0]?.scenario ?? '',
      seed: `0x${seedChoice.seed.toString(16)}`,
      seedOrigin: seedChoice.origin,
      runs: requests.length,
      configuration: this.#configuration,
    };
    this.#output.write('run.json', `${JSON.stringify(about, undefined, 2)}\n`);
  }

  #print(): void {
    const finished = this.#finished();
    if (this.#flags.json) process.stdout.write(resultsJson(finished));
    const [only] = finished;
    if (this.#planning.requests.length === 1) {
      if (only !== undefined) this.#say(`\n${terminalReport(only, this.#terminal).trimEnd()}`);
    } else {
      this.#say(`\n${campaignReport(finished, this.#terminal).trimEnd()}`);
    }
    if (this.#canary !== undefined) this.#say(describeCanary(this.#canary));
    this.#printReplayed(only);
  }

  #printReplayed(result: Traced | undefined): void {
    const { recorded } = this.#planning;
    if (recorded === undefined || result === undefined) return;
    if (this.#reproduced()) this.#say(`fingerprint as recorded: ${recorded.fingerprint}`);
    else {
      const why = recorded.sameCode
        ? 'the record was made by this very code'
        : 'this code is not known to be the code of the record, whose plan still fits';
      this.#say(`fingerprint ${result.fingerprint}, recorded ${recorded.fingerprint}: ${why}`);
    }
  }

  #explain(code: ExitCode): string {
    if (code === exitCodes.harnessError && this.#canaryPassed()) {
      return 'exit 255: the canary passed: this harness cannot see failures';
    }
    if (code === exitCodes.unknown && this.#knownRedMissing()) {
      return 'exit 2: the scenario is known to be red and no run was: what it shows is not shown any more';
    }
    const seen = this.#finished().some((result) => exitCodeOf(result) === code);
    if (this.#planning.recorded !== undefined && !this.#reproduced() && !seen && code < exitCodes.badInput) {
      return `exit ${code}: the recorded fingerprint did not come out again`;
    }
    return explain(code, this.#finished());
  }

  #harnessError(error: unknown): ExitCode {
    process.stderr.write(`harness error: ${describeFailure(error)}\n`);
    return exitCodes.harnessError;
  }

  #say(text: string): void {
    (this.#flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  }
}

function endCodes(end: PoolEnd, signals: StopSignals): ExitCode[] {
  switch (end) {
    case 'done':
      return [];
    case 'timed-out':
      return [exitCodes.timeLimit];
    case 'cancelled':
      return [signals.exitCode ?? exitCodes.interrupted];
  }
}
