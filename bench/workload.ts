import type { RunResult } from '../scenarios/run-result.ts';
import { runScenario } from '../scenarios/runner.ts';
import { profileByRoom, type ProfileShare } from './profile.ts';

/** What a process of its own is to run. */
export interface Workload {
  readonly scenario: string;
  readonly tools: number;
  /** Virtual minutes before what the liveness phase takes. */
  readonly minutes: number;
  readonly seed: string;
  readonly further: Readonly<Record<string, string>>;
  /** `time`: as a user's run. `memory`: garbage is collected before each look. `profile`: with the processor's profile. */
  readonly look: 'time' | 'memory' | 'profile';
}

export interface MemoryReading {
  readonly hour: number;
  readonly residentMebibytes: number;
  readonly heapMebibytes: number;
}

export interface Measured {
  readonly result: Pick<
    RunResult,
    'seed' | 'verdict' | 'fingerprint' | 'virtualUs' | 'wallMs' | 'events' | 'figures'
  >;
  readonly faults: number;
  readonly rules: number;
  /** Of all threads: the compiler's and the garbage collector's too. */
  readonly processorUs: number;
  readonly peakResidentMebibytes: number;
  /** Of `memory`. */
  readonly readings: readonly MemoryReading[];
  /** Of `profile`. */
  readonly shares: readonly ProfileShare[];
}

const mebibyte = 1024 * 1024;
const readingsARun = 12;

async function measure(workload: Workload): Promise<Measured> {
  const { scenario, tools, minutes, seed, further, look } = workload;
  const readings: MemoryReading[] = [];
  let nextUs = 0;
  const progress = ({ virtualUs }: { readonly virtualUs: number }): void => {
    if (look !== 'memory' || virtualUs < nextUs) return;
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    readings.push({
      hour: virtualUs / 3.6e9,
      residentMebibytes: rss / mebibyte,
      heapMebibytes: (heapUsed + external) / mebibyte,
    });
    nextUs = virtualUs + (minutes / readingsARun) * 60e6;
  };
  const overrides = { tools: String(tools), minutes: String(minutes), ...further };
  const run = async (): Promise<RunResult> =>
    runScenario({ scenario, seed: BigInt(seed), overrides }, { progress });
  const before = process.cpuUsage();
  const { result, shares } =
    look === 'profile' ? await profileByRoom(run) : { result: await run(), shares: [] };
  const { user, system } = process.cpuUsage(before);
  const { verdict, fingerprint, virtualUs, wallMs, events, figures } = result;
  return {
    result: { seed: result.seed, verdict, fingerprint, virtualUs, wallMs, events, figures },
    faults: result.faults.length,
    rules: result.rules.length,
    processorUs: user + system,
    peakResidentMebibytes: process.resourceUsage().maxRSS / 1024,
    readings,
    shares,
  };
}

process.stdout.write(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '') as Workload)));
