import { join } from 'node:path';
import { junitReport } from '../../reports/junit.ts';
import { markdownReport } from '../../reports/markdown.ts';
import { resultsJson } from '../../reports/results-json.ts';
import { terminalLine, terminalReport, type TerminalOptions } from '../../reports/terminal.ts';
import { worstFirst } from '../../reports/format.ts';
import type { RunRequest, RunResult } from '../run-result.ts';
import type { RunTrace } from '../runner.ts';
import { prepare } from '../runner.ts';
import { explain, exitCodeOf, exitCodes, worstOf, type ExitCode } from './exit-code.ts';
import { OutputFolder, runId } from './output-folder.ts';
import { ProgressLine } from './progress-line.ts';
import { planRuns, type RunFlags, type RunPlanning } from './run-options.ts';
import { commitHash } from './seed.ts';
import { compareRuns } from './compare-runs.ts';
import { WorkerPool, type PoolEnd } from './worker-pool.ts';

type Traced = RunResult & RunTrace;

/** `run`: one scenario with one seed or many. Throws an `InputError` for bad input. */
export async function runCommand(scenario: string, flags: RunFlags): Promise<ExitCode> {
  const planning = await planRuns(scenario, flags);
  if (flags.printConfig) {
    printConfig(scenario, flags, planning);
    return exitCodes.ok;
  }
  const commit = commitHash();
  const output = new OutputFolder(flags.output, runId(new Date(), commit));
  const about = {
    schemaVersion: 1,
    arguments: process.argv.slice(2),
    commit: commit ?? null,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    scenario,
    seed: `0x${planning.seedChoice.seed.toString(16)}`,
    seedOrigin: planning.seedChoice.origin,
    runs: planning.requests.length,
  };
  output.write('run.json', `${JSON.stringify({ ...about, outcome: 'incomplete' }, undefined, 2)}\n`);
  const campaign = new Campaign(flags, planning, output);
  const code = await campaign.run();
  output.write(
    'run.json',
    `${JSON.stringify({ ...about, outcome: 'complete', exitCode: code }, undefined, 2)}\n`,
  );
  output.linkLatest();
  return code;
}

class Campaign {
  readonly #flags: RunFlags;
  readonly #planning: RunPlanning;
  readonly #output: OutputFolder;
  readonly #results: Traced[] = [];
  readonly #terminal: TerminalOptions;
  readonly #progress: ProgressLine | undefined;
  #signal: 'SIGINT' | 'SIGTERM' | undefined;

  constructor(flags: RunFlags, planning: RunPlanning, output: OutputFolder) {
    this.#flags = flags;
    this.#planning = planning;
    this.#output = output;
    this.#terminal = {
      colour: wantsColour(flags.color, flags.json ? process.stderr : process.stdout),
      summary: flags.summary,
    };
    this.#progress = flags.quiet ? undefined : new ProgressLine(process.stderr, planning.requests.length);
  }

  async run(): Promise<ExitCode> {
    const { requests } = this.#planning;
    this.#say(
      `Running ${requests[0]?.scenario ?? ''}${requests.length > 1 ? ` × ${requests.length} seeds on ${this.#planning.workers} workers` : ''}  seed 0x${this.#planning.seedChoice.seed.toString(16)} (${this.#planning.seedChoice.origin})`,
    );
    const end = await this.#execute(requests);
    if (end === 'done') await this.#verify();
    this.#progress?.clear();
    this.#write();
    this.#print();
    const code = worstOf([...this.#results.map((result) => exitCodeOf(result)), ...this.#endCodes(end)]);
    this.#say(`results ${this.#output.path}`);
    this.#say(explain(code, this.#results));
    return code;
  }

  #endCodes(end: PoolEnd): ExitCode[] {
    switch (end) {
      case 'done':
        return [];
      case 'timed-out':
        return [exitCodes.timeLimit];
      case 'cancelled':
        return [this.#signal === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted];
    }
  }

  async #execute(requests: readonly RunRequest[]): Promise<PoolEnd> {
    const pool = this.#pool((_, result) => {
      this.#results.push(this.#judgeStrictly(result));
      if (requests.length > 1) {
        this.#progress?.clear();
        this.#say(terminalLine(result, this.#terminal));
      }
    });
    const interrupt = (signal: 'SIGINT' | 'SIGTERM') => (): void => {
      if (this.#signal !== undefined)
        process.exit(signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
      this.#signal = signal;
      this.#progress?.clear();
      this.#say('stopping: what is finished will be reported (again to stop at once)');
      pool.cancel();
    };
    const onInterrupt = interrupt('SIGINT');
    const onTerminate = interrupt('SIGTERM');
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
    try {
      return await pool.run(
        requests.map((request) => ({ request, ...this.#traceOf(request, this.#flags.trace === 'on') })),
      );
    } finally {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    }
  }

  /** Every run that is not green, and a share of those that are, must give the same fingerprint again. */
  async #verify(): Promise<void> {
    const share = this.#planning.verifyShare;
    const chosen = this.#results.filter(
      (result, index) =>
        result.verdict !== 'passed' ||
        (share > 0 && Math.floor(index * share) !== Math.floor((index + 1) * share)),
    );
    if (chosen.length === 0) return;
    this.#progress?.clear();
    this.#say(
      `executing ${chosen.length} ${chosen.length === 1 ? 'run' : 'runs'} again, to see the same fingerprint`,
    );
    const requests = chosen.map((result) => this.#requestOf(result));
    const pool = this.#pool((index, again) => {
      const first = chosen[index];
      const difference = first === undefined ? undefined : compareRuns(first, again);
      if (first === undefined || difference === undefined) return;
      const at = this.#results.indexOf(first);
      this.#results[at] = { ...first, verdict: 'nondeterministic', reasons: [difference, ...first.reasons] };
    });
    await pool.run(
      requests.map((request, index) => ({
        request,
        ...this.#traceOf(request, this.#flags.trace === 'on-failure' && chosen[index]?.verdict === 'failed'),
      })),
    );
  }

  #requestOf(result: Traced): RunRequest {
    const request = this.#planning.requests.find((known) => `0x${known.seed.toString(16)}` === result.seed);
    if (request === undefined) throw new Error(`no request of seed ${result.seed}`);
    return request;
  }

  #pool(result: (index: number, result: Traced) => void): WorkerPool {
    const { workers, timeoutMs } = this.#planning;
    return new WorkerPool(
      { workers, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
      {
        progress: (index, progress) => this.#progress?.update(index, progress),
        result: (index, finished) => {
          this.#progress?.finish(index);
          result(index, finished);
        },
      },
    );
  }

  #traceOf(request: RunRequest, wanted: boolean): { traceFile?: string } {
    if (!wanted) return {};
    const folder = this.#output.runFolder(request.scenario, `0x${request.seed.toString(16)}`);
    return { traceFile: join(this.#output.path, folder, 'trace.jsonl.gz') };
  }

  /** Under `--strict` a fault that never bit leaves the verdict unknown. */
  #judgeStrictly(result: Traced): Traced {
    const vacuous = result.faults.filter((fault) => fault.vacuous);
    if (!this.#flags.strict || result.verdict !== 'passed' || vacuous.length === 0) return result;
    const reasons = vacuous.map((fault) => `fault ${fault.id} ${fault.kind} never bit`);
    return { ...result, verdict: 'unknown', reasons };
  }

  #write(): void {
    const sorted = worstFirst(this.#results);
    for (const result of sorted) this.#output.writeRun(result);
    const plain: TerminalOptions = { colour: false, summary: 'full' };
    this.#output.write(
      'summary.txt',
      sorted
        .slice(0, 20)
        .map((result) => terminalReport(result, plain))
        .join('\n'),
    );
    this.#output.write('summary.md', markdownReport(this.#results));
    this.#output.write('junit.xml', junitReport(this.#results));
    this.#output.write('results.json', resultsJson(this.#results));
  }

  #print(): void {
    if (this.#flags.json) process.stdout.write(resultsJson(this.#results));
    const single = this.#results.length === 1;
    const shown = single
      ? this.#results
      : worstFirst(this.#results)
          .filter((result) => result.verdict !== 'passed')
          .slice(0, 5);
    for (const result of shown) this.#say(`\n${terminalReport(result, this.#terminal).trimEnd()}`);
    if (!single) {
      const count = (verdict: RunResult['verdict']): number =>
        this.#results.filter((result) => result.verdict === verdict).length;
      this.#say(
        `\nRuns: ${count('passed')} passed, ${count('failed')} failed, ${count('unknown')} unknown, ${count('nondeterministic')} nondeterministic`,
      );
    }
  }

  #say(text: string): void {
    (this.#flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  }
}

export function wantsColour(choice: RunFlags['color'], stream: NodeJS.WriteStream): boolean {
  switch (choice) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'auto':
      if (process.env['NO_COLOR'] !== undefined && process.env['NO_COLOR'] !== '') return false;
      if (process.env['FORCE_COLOR'] !== undefined && process.env['FORCE_COLOR'] !== '0') return true;
      return stream.isTTY === true;
  }
}

function printConfig(scenario: string, flags: RunFlags, planning: RunPlanning): void {
  const [first] = planning.requests;
  if (first === undefined) return;
  const { values, plan } = prepare(first);
  const rows: [string, string, string][] = [
    ['scenario', scenario, 'argument or default'],
    ['seed', `0x${planning.seedChoice.seed.toString(16)}`, planning.seedChoice.origin],
    ['seeds', String(planning.requests.length), flags.seeds === '1' ? 'default' : 'given'],
    ['workers', String(planning.workers), flags.workers === undefined ? 'default' : 'given'],
    ['output', flags.output, flags.output === 'results' ? 'default' : 'given'],
    ...Object.entries(values).map(([name, value]): [string, string, string] => [
      name,
      String(value),
      name in first.overrides ? '--set' : 'scenario',
    ]),
    ...plan.faults.map((fault): [string, string, string] => [
      `fault ${fault.id}`,
      `${fault.kind} ${JSON.stringify(fault.parameters)} at ${fault.startMs} ms${fault.endMs === undefined ? '' : ` to ${fault.endMs} ms`}`,
      flags.plan ?? (fault.id.startsWith('f') ? 'drawn from the seed' : 'scenario'),
    ]),
  ];
  for (const [name, value, origin] of rows)
    process.stdout.write(`${name.padEnd(20)} ${value}  (${origin})\n`);
}
