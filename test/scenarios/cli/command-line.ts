import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Compiled modules are kept between the many starts of these tests. */
const compileCache = join(tmpdir(), 'scenario-test-compile-cache');
const main = fileURLToPath(new URL('../../../scenarios/cli/main.ts', import.meta.url));

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

export interface Started {
  readonly process: ChildProcess;
  /** Resolves when this text stands on either stream. */
  seen(text: string): Promise<void>;
  readonly ended: Promise<Outcome>;
}

export interface Circumstances {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Limit of the shell on the size of a file, in blocks of 512 bytes: as a disk that fills up. */
  readonly fileBlocks?: number;
  /** Where standard output goes, in place of a pipe. */
  readonly stdoutFile?: string;
}

/** The small world that passes in about a second. */
export const smallWorld = ['--set', 'tools=20', '--set', 'minutes=20'];

/** A folder of its own, taken away by `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'scenario-')));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts the command line as a user would. */
export function start(args: readonly string[], circumstances: Circumstances): Started {
  const { cwd, environment, fileBlocks, stdoutFile } = circumstances;
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks}; `;
  const to = stdoutFile === undefined ? '' : ` > ${stdoutFile}`;
  const words = [process.execPath, '--disable-warning=ExperimentalWarning', main, ...args];
  const child = spawn('sh', ['-c', `${limit}exec "$@"${to}`, 'sh', ...words], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const watcher of watchers) watcher();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const watcher of watchers) watcher();
  });
  return {
    process: child,
    seen: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (stdout.includes(text) || stderr.includes(text)) resolve();
        };
        watchers.push(look);
        look();
      }),
    ended: new Promise((resolve) => {
      child.once('close', (code) => resolve({ stdout, stderr, code }));
    }),
  };
}

export async function runScenarioCli(
  args: readonly string[],
  circumstances: Circumstances,
): Promise<Outcome> {
  return await start(args, circumstances).ended;
}

/** Names of all files below a folder, sorted, with `RUN` for the name of the run. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/[/\\]latest([/\\]|$)/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((name) => name.replace(/^[^/]*Z-[0-9a-z]+-\d+/, 'RUN'))
    .toSorted((left, right) => (left < right ? -1 : 1));
}

export function readJsonFile(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

/** What differs between two runs of the same: times, speed, the name of the run. */
export function normalised(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-z]+-\d+/g, 'RUN')
    .replaceAll(/in [\d.,]+ (ms|s) \([\d.,]+ ×/g, 'in WALL (RATIO ×');
}

/** A machine that is busy takes so long that progress is told. */
export function withoutProgress(stderr: string): string {
  return stderr.replaceAll(/^.*\d\d:\d\d:\d\d of \d\d:\d\d:\d\d.*\n/gm, '');
}
