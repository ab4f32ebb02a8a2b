import {
  itemsAt,
  scalarAt,
  textAt,
  walk,
  type ManifestNode,
  type MapNode,
} from '../documents/manifest-node.ts';
import { parseShell } from '../shell/shell-parser.ts';
import type { ShellScript, ShellSequence } from '../shell/script.ts';
import type { PipelineStep } from './lint-input.ts';
import { resourceOf } from './resource.ts';

const scriptKeys = ['bash', 'script', 'run', 'sh'];

/** Steps of a pipeline (Azure, GitHub, GitLab) and the scripts of containers, each document in its own sequence. */
export function collectSteps(root: ManifestNode): {
  readonly steps: readonly PipelineStep[];
  readonly sequences: readonly ShellSequence[];
} {
  if (resourceOf(root) !== undefined) return { steps: [], sequences: containerScripts(root) };
  const steps: PipelineStep[] = [];
  const bare: ShellScript[] = [];
  walk(root, (node, path) => {
    if (node.kind === 'map') {
      const step = stepOf(node, path);
      if (step !== undefined) steps.push(step);
    }
    const key = path.at(-1);
    if (node.kind === 'list' && (key === 'script' || key === 'before_script' || key === 'after_script')) {
      for (const item of node.items) if (item.kind === 'scalar') bare.push(parseShell(item.body));
    }
  });
  const scripts = [...steps.flatMap(({ script }) => (script === undefined ? [] : [script])), ...bare];
  const { file, line } = root.place;
  return {
    steps,
    sequences: scripts.length === 0 ? [] : [{ title: `${file}:${line}`, byHand: false, scripts }],
  };
}

function stepOf(node: MapNode, path: readonly string[]): PipelineStep | undefined {
  if (path.at(-1) !== '[]') return undefined;
  const key = scriptKeys.find((candidate) => scalarAt(node, candidate) !== undefined);
  const body = key === undefined ? scalarAt(node, 'inputs', 'script') : scalarAt(node, key);
  const scriptPath = textAt(node, 'inputs', 'filePath');
  if (body === undefined && scriptPath === undefined) return undefined;
  if (body !== undefined && typeof body.value !== 'string') return undefined;
  return { node, script: body === undefined ? undefined : parseShell(body.body), scriptPath };
}

/** `command: [sh, -c, "…"]` of containers and hooks. */
function containerScripts(root: ManifestNode): readonly ShellSequence[] {
  const sequences: ShellSequence[] = [];
  walk(root, (node, path) => {
    if (node.kind !== 'map' || path.includes('annotations')) return;
    const words = [...itemsAt(node, 'command'), ...itemsAt(node, 'args')];
    const flag = words.findIndex((word) => /^-[a-z]*c$/.test(textAt(word) ?? ''));
    const script = flag < 0 ? undefined : words[flag + 1];
    if (script?.kind !== 'scalar') return;
    const { file, line } = script.place;
    sequences.push({ title: `${file}:${line}`, byHand: false, scripts: [parseShell(script.body)] });
  });
  return sequences;
}
