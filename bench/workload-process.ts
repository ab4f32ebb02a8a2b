import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Measured, Workload } from './workload.ts';

/** As `npm run scenario` runs. */
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'];
/** Garbage is collected early and often, and can be asked for: what a run of days wants. */
export const sparingFlags: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=40'];
const entry = fileURLToPath(new URL('workload.ts', import.meta.url));

/** Runs a workload in a process of its own, as a user's run is: what ran before in this one does not slow it. */
export function runWorkload(workload: Workload): Promise<Measured> {
  return run(process.execPath, commandOf(workload));
}

/**
 * The same with all threads on one processor, so that the compiler's and the garbage collector's take their share of it.
 * Throws where the machine has no `taskset` or does not let it choose.
 */
export function runWorkloadOnOneCore(workload: Workload): Promise<Measured> {
  return run('taskset', ['-c', '0', process.execPath, ...commandOf(workload)]);
}

function commandOf(workload: Workload): readonly string[] {
  const further = workload.look === 'memory' ? [...sparingFlags, '--expose-gc'] : [];
  return [...flags, ...further, entry, JSON.stringify(workload)];
}

async function run(command: string, parameters: readonly string[]): Promise<Measured> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed, ended] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const [code, signal] = ended as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${command} ended by ${code ?? signal}`);
  return JSON.parse(printed) as Measured;
}
