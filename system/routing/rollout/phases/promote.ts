import { go, wait, waitFor, type StepContext, type StepResult } from '../context.ts';
import type { PhaseOf, Release, RolloutState } from '../state.ts';
import { end, followRollback, goTo, pause } from '../transition.ts';

/**
 * P3 (delivery R83–R85): the roles are swapped in one revision by Management. No tool changes its colour by it, so a
 * gateway that hears of it late does no harm; NATS is not touched.
 */
export async function promote(
  context: StepContext,
  state: RolloutState,
  release: Release,
): Promise<StepResult> {
  const { management, nowMs } = context;
  const changed = await management.change({
    action: 'promote',
    requestId: `${release.id}-promote-attempt-${release.attempt}`,
    expectedRevision: release.listRevision,
  });
  context.check();
  if (changed.kind === 'done') {
    const listRevision = changed.revision;
    return go(
      goTo({ ...state, release: { ...release, listRevision } }, { kind: 'labelling', sinceMs: nowMs }, [
        { kind: 'rollout.promoted', stableColour: release.canaryColour, epoch: listRevision },
      ]),
    );
  }
  const snapshot = await management.snapshot();
  context.check();
  if (snapshot.canaryTools.length === 0) return go(followRollback(state, snapshot.revision, nowMs));
  const lastStage = release.stages.length - 1;
  return go(pause(state, release, lastStage, `promotion refused: ${changed.reason}`, nowMs));
}

/** Role labels of the Deployments follow (delivery R63). */
export async function relabelPromoted(
  context: StepContext,
  state: RolloutState,
  release: Release,
): Promise<StepResult> {
  const { cluster, settings } = context;
  await cluster.labelRoles(release.canaryColour);
  if (settings.pausesAutoscaling) await cluster.letStableScale(release.canaryColour);
  return go(goTo(state, { kind: 'retaining', sinceMs: context.nowMs }));
}

/**
 * The old colour stays at full strength for the retention, and longer until no gateway routes by an older list and
 * its backlog is 0 (delivery 1O, C21): up to here L1 brings the fab back to it.
 */
export async function retain(
  context: StepContext,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'retaining'>,
): Promise<StepResult> {
  const { management, backlog, settings, nowMs } = context;
  const restMs = phase.sinceMs + settings.retentionMs - nowMs;
  if (restMs > 0) return wait(restMs);
  return await waitFor(context, {
    sinceMs: phase.sinceMs,
    timeoutMs: Number.POSITIVE_INFINITY,
    missing: async () => {
      const snapshot = await management.snapshot();
      if (snapshot.stableColour !== release.canaryColour || snapshot.canaryTools.length > 0) {
        return 'routes refer to the old colour';
      }
      const awaited = settings.policies.awaitedGateways(await management.unconfirmed(snapshot.revision));
      if (awaited.length > 0) return `gateways have not confirmed: ${awaited.join(', ')}`;
      const messages = await backlog.backlog(release.stableColour);
      return settings.policies.isDrained(messages) ? undefined : `backlog of ${messages} messages`;
    },
    met: () => goTo(state, { kind: 'retiring', sinceMs: nowMs }),
    expired: (missing) => end(state, 'promoted', missing, nowMs),
  });
}

/** The old colour becomes idle (delivery R86, C22); its NATS stays as it is (R87). */
export async function retire(
  context: StepContext,
  state: RolloutState,
  release: Release,
): Promise<StepResult> {
  const left = await context.cluster.shrink(release.stableColour, context.settings.retainedReplicas);
  if (left !== undefined) return wait(context.settings.pollMs);
  return go(end(state, 'promoted', `${release.image} is stable on ${release.canaryColour}`, context.nowMs));
}
