import { execFileSync } from 'node:child_process';
import { liveNeeds } from '../../chaos/live/live-needs.ts';
import type { RunRequest } from '../run-result.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { runScenario } from '../runner.ts';
import { WorkerPool } from './worker-pool.ts';

const selfTest: RunRequest = { scenario: 'storm', seed: 7n, overrides: { tools: '40', minutes: '20' } };

/**
 * `doctor`: what this machine has, what runs against real servers would miss, and whether a seed gives one fingerprint
 * here: twice in this process, once on a worker. Marks: ✓ there, · missing but not needed by the simulator, ✗ wrong.
 */
export async function doctorCommand(): Promise<ExitCode> {
  const say = (mark: string, what: string, detail: string): void =>
    void process.stdout.write(`${mark} ${what.padEnd(26)} ${detail}\n`);
  const major = Number(process.versions.node.split('.')[0]);
  say(major >= 26 ? '✓' : '✗', 'node', `${process.version} on ${process.platform} ${process.arch}`);
  const git = gitVersion();
  say(git === undefined ? '·' : '✓', 'git', git ?? 'not found (the seed in CI comes from the commit)');
  for (const { name, state } of await liveNeeds()) {
    const present = state.kind === 'present';
    say(present ? '✓' : '·', name, present ? state.detail : `${state.detail} → ${state.command}`);
  }
  const root = process.getuid?.() === 0;
  say(root ? '✓' : '·', 'root', root ? 'yes' : 'no (later: network namespaces for live faults)');
  const first = await runScenario(selfTest);
  const again = await runScenario(selfTest);
  const onWorker = await fingerprintOnWorker();
  const same = first.fingerprint === again.fingerprint && first.fingerprint === onWorker;
  say(
    same ? '✓' : '✗',
    'determinism',
    same
      ? `${first.fingerprint}, three times`
      : `${first.fingerprint}, ${again.fingerprint}, on a worker ${onWorker}`,
  );
  if (!same) return exitCodes.nondeterminism;
  return major >= 26 ? exitCodes.ok : exitCodes.harnessError;
}

async function fingerprintOnWorker(): Promise<string> {
  let fingerprint = '';
  const pool = new WorkerPool(
    { workers: 1 },
    {
      progress: () => undefined,
      result: (_, result) => {
        fingerprint = result.fingerprint;
      },
    },
  );
  await pool.run([{ request: selfTest }]);
  return fingerprint;
}

function gitVersion(): string | undefined {
  try {
    return execFileSync('git', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
