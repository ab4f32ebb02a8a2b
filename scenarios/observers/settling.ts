import type { World } from '../../sim/world.ts';
import { parseRolloutState, type RolloutState } from '../../system/routing/rollout/state.ts';

/**
 * Answers, at any time, whether nothing is under way any more: every completed context is processed, no completion waits
 * (`isWaiting`), no tool keeps a context that is over, every pod is ready, and no rollback is being carried out. A release
 * may well be under way: it moves nothing while nothing is sent.
 */
export function watchSettling(world: World, isWaiting: () => boolean): () => boolean {
  const { history, equipment, kubernetes, stores } = world;
  const unprocessed = new Set<string>();
  const processed = new Set<string>();
  let isTakingBack = false;
  history.on('context.completed', ({ contextId }) => {
    if (!processed.has(contextId)) unprocessed.add(contextId);
  });
  history.on('uchart.stored', ({ contextId }) => {
    unprocessed.delete(contextId);
    processed.add(contextId);
  });
  stores.watch((component, _key, value) => {
    const state = component === 'rollout' ? parseRolloutState(value) : undefined;
    if (state !== undefined) isTakingBack = takesBack(state);
  });
  return () =>
    !isTakingBack &&
    unprocessed.size === 0 &&
    equipment.backlog.contexts === 0 &&
    kubernetes.pods().every(({ ready }) => ready) &&
    !isWaiting();
}

function takesBack({ phase, withdrawal }: RolloutState): boolean {
  switch (phase.kind) {
    case 'rolling-back':
    case 'relabelling':
    case 'draining':
    case 'scaling-down':
      return true;
    case 'idle':
    case 'preparing':
    case 'deploying':
    case 'verifying':
    case 'experimenting':
    case 'ending-experiment':
    case 'expanding':
    case 'observing':
    case 'paused':
    case 'promoting':
    case 'labelling':
    case 'retaining':
    case 'retiring':
    case 'ended':
      return withdrawal !== null;
  }
}
