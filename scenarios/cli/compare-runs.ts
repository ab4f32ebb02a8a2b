import type { RunResult } from '../run-result.ts';
import type { RunTrace } from '../runner.ts';

type Traced = RunResult & RunTrace;

/** Undefined where two executions were the same; else where they parted, as far as the checkpoints tell. */
export function compareRuns(first: Traced, again: Traced): string | undefined {
  if (first.fingerprint === again.fingerprint) return undefined;
  const parted = first.checkpoints.findIndex(
    (checkpoint, index) => checkpoint.digest !== again.checkpoints[index]?.digest,
  );
  const same = parted < 0 ? first.checkpoints.length : parted;
  const last = first.checkpoints[same - 1];
  const next = first.checkpoints[same];
  const from =
    last === undefined ? 'the start' : `event #${last.events} (${(last.timeUs / 1e6).toFixed(3)} s)`;
  const to = next === undefined ? 'the end' : `event #${next.events} (${(next.timeUs / 1e6).toFixed(3)} s)`;
  return `two executions differ: ${first.fingerprint} and ${again.fingerprint}; they part between ${from} and ${to}`;
}
