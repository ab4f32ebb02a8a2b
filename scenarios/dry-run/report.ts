import type { DryRunReport } from './dry-run.ts';
import type { DryRunResult } from './play.ts';

function clock(timeMs: number): string {
  const seconds = Math.floor(timeMs / 1000);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

/** Timeline, evidence and verdict for a terminal. */
export function dryRunText({ kind, name, result, refusals, notes }: DryRunReport): string {
  if (result === undefined) {
    return `${[...refusals, `${kind} ${name}: refused (InvalidSpec, Degraded): nothing is rolled out`].join('\n')}\n`;
  }
  const lines = [...notes, ...(notes.length > 0 ? [''] : [])];
  const played = result.timeline.map(({ timeMs, text }) => `${clock(timeMs)}  ${text}`);
  lines.push(...played, '', 'EVIDENCE');
  if (result.evidence.length === 0) lines.push('  none: nothing was measured');
  for (const item of result.evidence) {
    const ended = item.terminated ? '; ended from outside, no evidence' : '';
    lines.push(
      `  ${item.analysis === undefined ? '' : `${item.analysis}: `}${item.template}/${item.metric}: ${item.phase}, ${item.measurements} measurements, ${item.errors} errors${ended}`,
    );
  }
  lines.push('', `${kind} ${name}: ${result.verdict} after ${clock(result.endedMs)}: ${result.reason}`);
  return `${lines.join('\n')}\n`;
}

/** The same as JSON, `schemaVersion` 1. */
export function dryRunJson({ kind, name, result, refusals, notes }: DryRunReport): string {
  const verdict: DryRunResult['verdict'] | 'refused' = result?.verdict ?? 'refused';
  const subject = kind === 'Rollout' ? { rollout: name } : { experiment: name };
  return `${JSON.stringify({ schemaVersion: 1, ...subject, verdict, refusals, notes, ...result }, undefined, 2)}\n`;
}
