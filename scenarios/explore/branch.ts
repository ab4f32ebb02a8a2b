import {
  firstRelease,
  pathsFromPause,
  pathsFromSecond,
  pathsFromStages,
  pathsToRarities,
  releaseAgain,
  secondRelease,
  type Path,
} from './path.ts';
import type { Scale } from './scale.ts';
import { distinctStates, statesOf, type ReachedState } from './state.ts';
import type { Moment } from './timeline.ts';

/** A path, and those that turn off it, which are known only when it has been gone. */
interface Branch {
  readonly path: Path;
  onward(moments: readonly Moment[]): readonly Branch[];
}

function leaf(path: Path): Branch {
  return { path, onward: () => [] };
}

/** All paths: those that turn off the first release, and in a small fab, where they cost little, the rare ones too. */
function trunk(scale: Scale): Branch {
  return {
    path: firstRelease(scale),
    onward: (first) => [
      ...pathsFromStages(scale, first).map((path) => fromStage(scale, path)),
      ...secondRelease(scale, first).map((path) => fromSecond(scale, path)),
      ...(scale.name === 'small' ? pathsToRarities(scale, first) : []).map(leaf),
    ],
  };
}

function fromStage(scale: Scale, path: Path): Branch {
  if (scale.name !== 'small') return leaf(path);
  switch (path.name) {
    case 'after-L1':
    case 'after-L3':
      return { path, onward: (moments) => releaseAgain(scale, path, moments).map(leaf) };
    case 'blind-gate':
      return { path, onward: (moments) => pathsFromPause(path, moments).map(leaf) };
    default:
      return leaf(path);
  }
}

function fromSecond(scale: Scale, path: Path): Branch {
  if (scale.name !== 'small') return leaf(path);
  return { path, onward: (moments) => pathsFromSecond(scale, path, moments).map(leaf) };
}

/** The states of all paths, path by path, each once; `look` goes along one undisturbed. */
export async function findStates(
  scale: Scale,
  look: (path: Path) => Promise<readonly Moment[]>,
): Promise<readonly ReachedState[]> {
  return distinctStates(await statesFrom(trunk(scale), look));
}

async function statesFrom(
  branch: Branch,
  look: (path: Path) => Promise<readonly Moment[]>,
): Promise<readonly ReachedState[]> {
  const moments = await look(branch.path);
  const further = await Promise.all(branch.onward(moments).map((each) => statesFrom(each, look)));
  return [...statesOf(branch.path, moments), ...further.flat()];
}
