import type { DryRunReport } from './dry-run.ts';
import type { DryRunResult } from './play.ts';

function clock(timeMs: number): string {
  const seconds = Math.floor(timeMs / 1000);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

/** Timeline, evidence and verdict for a terminal. */
export function dryRunText({ rollout, result, refusals }: DryRunReport): string {
  if (result === undefined) {
    return `${[...refusals, `Rollout ${rollout}: refused (InvalidSpec, Degraded): nothing is rolled out`].join('\n')}\n`;
  }
  const lines = result.timeline.map(({ timeMs, text }) => `${clock(timeMs)}  ${text}`);
  lines.push('', 'EVIDENCE');
  if (result.evidence.length === 0) lines.push('  none: nothing was measured');
  for (const item of result.evidence) {
    const ended = item.terminated ? '; ended from outside, no evidence' : '';
    lines.push(
      `  ${item.template}/${item.metric}: ${item.phase}, ${item.measurements} measurements, ${item.errors} errors${ended}`,
    );
  }
  lines.push('', `Rollout ${rollout}: ${result.verdict} after ${clock(result.endedMs)}: ${result.reason}`);
  return `${lines.join('\n')}\n`;
}

/** The same as JSON, `schemaVersion` 1. */
export function dryRunJson({ rollout, result, refusals }: DryRunReport): string {
  const verdict: DryRunResult['verdict'] | 'refused' = result?.verdict ?? 'refused';
  return `${JSON.stringify({ schemaVersion: 1, rollout, verdict, refusals, ...result }, undefined, 2)}\n`;
}
