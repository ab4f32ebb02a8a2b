import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../chaos/live/nats/server-binary.ts';
import { labelText, sortedAnswer, valueText, type Answer, type Scene } from './scene.ts';

const run = promisify(execFile);

/** Prometheus 3.8 as a Go module. */
const moduleVersion = 'v0.308.0';
export const promtoolVersion = '3.8.0';

/** The version stands in the name, for the binary of a module does not know its own. */
export function promtoolPath(): string {
  return join(cacheFolder(), `promtool-${promtoolVersion}`);
}

export function hasPromtool(): boolean {
  return existsSync(promtoolPath());
}

/** Builds promtool from its module (live-stack §7); minutes of one core. */
export async function installPromtool(): Promise<void> {
  if (hasPromtool()) return;
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'install-'));
  try {
    const module = 'github.com/prometheus/prometheus';
    writeFileSync(join(work, 'go.mod'), `module tools\n\ngo 1.26\n\nrequire ${module} ${moduleVersion}\n`);
    const built = join(work, 'promtool');
    await run('go', ['build', '-ldflags', '-s -w', '-o', built, `${module}/cmd/promtool`], {
      cwd: work,
      timeout: 1_800_000,
      env: {
        ...process.env,
        GOFLAGS: '-mod=mod -buildvcs=false -trimpath',
        GOTOOLCHAIN: 'local',
        CGO_ENABLED: '0',
      },
    });
    renameSync(built, promtoolPath());
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * What `promtool test rules` computes: every evaluation expects nothing, so that each answer that is not empty is told
 * as a failure, with all bits of its values.
 */
export async function askPromtool(scenes: readonly Scene[]): Promise<readonly (readonly Answer[])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tfdc-promtool-'));
  try {
    const answers: (readonly Answer[])[] = [];
    for (const [index, scene] of scenes.entries()) {
      const path = join(folder, `scene-${index}.json`);
      writeFileSync(path, JSON.stringify(testFile(scene)));
      answers.push(readAnswers(scene, await outputOf(path)));
    }
    return answers;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function testFile(scene: Scene): unknown {
  return {
    evaluation_interval: `${scene.intervalMs}ms`,
    tests: [
      {
        interval: `${scene.intervalMs}ms`,
        input_series: scene.series.map(({ labels, values }) => ({
          series: `{${Object.entries(labels)
            .map(([name, value]) => `${name}="${value}"`)
            .join(',')}}`,
          values: values.join(' '),
        })),
        promql_expr_test: scene.evaluations.map(({ query, timeMs }) => ({
          expr: query,
          eval_time: `${timeMs}ms`,
        })),
      },
    ],
  };
}

async function outputOf(path: string): Promise<string> {
  try {
    const { stdout, stderr } = await run(promtoolPath(), ['test', 'rules', path], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout + stderr;
  } catch (error) {
    // Unexpected answers are failures of the test: their text is what is wanted.
    if (typeof error === 'object' && error !== null && 'stdout' in error && 'stderr' in error) {
      return `${String(error.stdout)}${String(error.stderr)}`;
    }
    throw error;
  }
}

/** Failures come in the order of the evaluations; those that are not among them were empty. */
function readAnswers(scene: Scene, output: string): readonly Answer[] {
  const found = /^ {4}expr: "(?:[^"\\]|\\.)*", time: (?:[^\n]*)$(?:\n {8}exp: nil\n {8}got: ([^\n]*))?/gm;
  const failures = [...output.matchAll(found)];
  if (!/SUCCESS|FAILED/.test(output)) throw new Error(`promtool: ${output.slice(0, 500)}`);
  let next = 0;
  const answers = scene.evaluations.map(({ query, timeMs }): Answer => {
    const failure = failures[next];
    if (
      failure === undefined ||
      !failure[0].startsWith(`    expr: ${goText(query)}, time: ${goDuration(timeMs)},`)
    ) {
      return [];
    }
    next++;
    return failure[1] === undefined ? 'error' : readElements(failure[1]);
  });
  if (next < failures.length) {
    throw new Error(`promtool: an answer that belongs to no evaluation: ${failures[next]?.[0] ?? ''}`);
  }
  return answers;
}

/** A text as Go quotes it; queries here are ASCII. */
function goText(text: string): string {
  return JSON.stringify(text);
}

/** A duration as Prometheus writes it: `1m30s`, `0s`. */
function goDuration(timeMs: number): string {
  if (timeMs === 0) return '0s';
  let rest = timeMs;
  let text = '';
  for (const [unit, lengthMs, exactly] of durationUnits) {
    if (exactly && rest % lengthMs !== 0) continue;
    const count = Math.floor(rest / lengthMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * lengthMs;
  }
  return text;
}

/** Years, weeks and days only where nothing is left over. */
const durationUnits: readonly (readonly [string, number, boolean])[] = [
  ['d', 86_400_000, true],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1_000, false],
  ['ms', 1, false],
];

function readElements(text: string): Answer {
  const elements: (readonly [string, string])[] = [];
  const element = /\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} ([^,\s]+)(?:, |$)/gy;
  for (const [, labels = '', value = ''] of text.matchAll(element)) {
    const pairs = [...labels.matchAll(/([\w.]+)=("(?:[^"\\]|\\.)*")/g)].map(
      ([, name = '', quoted = '""']): readonly [string, string] => [name, String(JSON.parse(quoted))],
    );
    elements.push([labelText(Object.fromEntries(pairs)), valueText(readNumber(value))]);
  }
  if (elements.length === 0) throw new Error(`promtool: no element in ${text}`);
  return sortedAnswer(elements);
}

function readNumber(text: string): number {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf' || text === '-Inf') return text === '+Inf' ? Infinity : -Infinity;
  return Number(text);
}
