import { cutOffKeep, cutOffRefuse } from '../catalog/cut-off-rollback.ts';
import { runScenario } from '../runner.ts';
import type { History } from '../../sim/history/history.ts';
import type { Colour } from '../../system/ports/colour.ts';
import type { Verdict } from '../run-result.ts';

/** What came of one L1 with a gateway cut off. Times are virtual milliseconds since the order. */
export interface EpochTrial {
  readonly strategy: string;
  readonly seed: string;
  /** Last request of a rolled-back tool that the canary stored; 0: none after the order. */
  readonly safeMs: number;
  /** Requests of rolled-back tools that the canary stored after the order. */
  readonly storedByCanary: number;
  /** Requests and completions of rolled-back tools that were sent to the canary after the order. */
  readonly sentToCanary: number;
  readonly verdict: Verdict;
}

export const strategies: readonly string[] = [cutOffKeep.name, cutOffRefuse.name];

/** Follows the tools of the canary from the order of the rollback on. */
class CanaryWatch {
  #tools: ReadonlySet<string> = new Set();
  #colour: Colour | undefined;
  #orderedUs: number | undefined;
  #lastStoredUs = 0;
  #stored = 0;
  #routed = 0;

  constructor(history: History) {
    history.on('routing.changed', ({ canaryTools, canaryColour }) => {
      if (this.#orderedUs !== undefined) return;
      this.#tools = new Set(canaryTools);
      this.#colour = canaryColour;
    });
    history.on('operator.act', ({ act }, timeUs) => {
      if (act === 'rollback') this.#orderedUs ??= timeUs;
    });
    history.on('request.routed', ({ tool, colour }) => {
      if (this.#isRisk(tool, colour)) this.#routed += 1;
    });
    history.on('request.stored', ({ tool, colour }, timeUs) => {
      if (!this.#isRisk(tool, colour)) return;
      this.#stored += 1;
      this.#lastStoredUs = timeUs;
    });
  }

  figures(): Pick<EpochTrial, 'safeMs' | 'storedByCanary' | 'sentToCanary'> {
    const orderedUs = this.#orderedUs ?? 0;
    return {
      safeMs: Math.max(0, this.#lastStoredUs - orderedUs) / 1000,
      storedByCanary: this.#stored,
      sentToCanary: this.#routed,
    };
  }

  #isRisk(tool: string, colour: Colour): boolean {
    return this.#orderedUs !== undefined && colour === this.#colour && this.#tools.has(tool);
  }
}

/** One run; the same strategy, seed and overrides give the same figures. */
export async function tryEpochs(
  strategy: string,
  seed: bigint,
  overrides: Readonly<Record<string, string>>,
): Promise<EpochTrial> {
  let watch: CanaryWatch | undefined;
  const { verdict } = await runScenario(
    { scenario: strategy, seed, overrides },
    {
      built: (world) => {
        watch = new CanaryWatch(world.history);
      },
    },
  );
  if (watch === undefined) throw new Error('the run built no world');
  return { strategy, seed: `0x${seed.toString(16)}`, ...watch.figures(), verdict };
}

/** One line for each strategy: the distribution of time-to-safe, and what it cost. */
export function epochTable(trials: readonly EpochTrial[]): string {
  const lines = [
    '| strategy | runs | safe p50 | p95 | max | sent to the canary | requests stored by it | not passed |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const strategy of strategies) {
    const own = trials.filter((trial) => trial.strategy === strategy);
    const safe = own.map(({ safeMs }) => safeMs).toSorted((one, two) => one - two);
    const quantile = (share: number): string =>
      `${((safe[Math.min(safe.length - 1, Math.ceil(share * safe.length) - 1)] ?? 0) / 1000).toFixed(1)} s`;
    const sum = (of: (trial: EpochTrial) => number): number => own.reduce((all, trial) => all + of(trial), 0);
    const cells = [
      strategy,
      own.length,
      quantile(0.5),
      quantile(0.95),
      quantile(1),
      sum(({ sentToCanary }) => sentToCanary),
      sum(({ storedByCanary }) => storedByCanary),
      own.filter(({ verdict }) => verdict !== 'passed').length,
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}
