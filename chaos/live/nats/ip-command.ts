import { spawnSync } from 'node:child_process';
import { LiveProblem } from './live-problem.ts';

/** Of iproute2. */
const command = 'ip';
const timeoutMs = 20_000;

/** `ip` with these arguments: what it printed, or the first line of what it complained about. */
export function ip(
  parameters: readonly string[],
  input = '',
): { readonly printed: string; readonly complaint: string | undefined } {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    input,
    encoding: 'utf8',
    timeout: timeoutMs,
  });
  if (error !== undefined) return { printed: '', complaint: error.message };
  if (status === 0) return { printed: stdout, complaint: undefined };
  return { printed: stdout, complaint: stderr.split('\n')[0] ?? `it ended with ${String(status)}` };
}

/** Several commands of `ip`, the first that fails being the last; without a namespace in that of this process. Error: `LiveProblem`. */
export function ipBatch(lines: readonly string[], namespace?: string): void {
  const where = namespace === undefined ? [] : ['-n', namespace];
  const { complaint } = ip([...where, '-batch', '-'], `${lines.join('\n')}\n`);
  if (complaint !== undefined) throw namespaceProblem(complaint);
}

export function namespaceProblem(complaint: string): LiveProblem {
  return new LiveProblem(
    `network namespaces cannot be made here: ${complaint}`,
    'run as root on Linux with iproute2 (apt-get install iproute2), or without --links namespaces',
  );
}
