import type { StepContext, StepResult } from '../context.ts';
import { waitFor } from '../context.ts';
import type { PhaseOf, Release, RolloutState } from '../state.ts';
import { end, expand, goTo, shareOf } from '../transition.ts';

/**
 * P0 (delivery R67–R71): the list is emptied and confirmed, so that a new image never starts with the tools of the
 * last one (F48); the idle cluster answers, its stream is configured like the stable one's, and nothing is left in it.
 * Residual messages are waited for, never purged: with a backlog of 0 there is nothing to clear (C41).
 */
export async function prepare(
  context: StepContext,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'preparing'>,
): Promise<StepResult> {
  const { management, backlog, settings, nowMs } = context;
  let listRevision = release.listRevision;
  return await waitFor(context, {
    sinceMs: phase.sinceMs,
    timeoutMs: settings.prepareTimeoutMs,
    missing: async () => {
      await context.experiment?.deployments.takeDown();
      // The release before this one may have been superseded while it held them.
      if (settings.pausesAutoscaling) await context.cluster.letStableScale(release.stableColour);
      const reset = await management.change({ action: 'reset', requestId: `${release.id}-reset` });
      if (reset.kind === 'refused') return `Management refused the reset: ${reset.reason}`;
      listRevision = reset.revision;
      const unconfirmed = await management.unconfirmed(reset.revision);
      const awaited = settings.policies.awaitedGateways(unconfirmed);
      if (awaited.length > 0) return `gateways have not confirmed: ${awaited.join(', ')}`;
      const difference = await backlog.difference(release.stableColour, release.canaryColour);
      if (difference !== undefined) return difference;
      const messages = await backlog.backlog(release.canaryColour);
      return settings.policies.isDrained(messages) ? undefined : `residual backlog of ${messages} messages`;
    },
    met: () =>
      goTo({ ...state, release: { ...release, listRevision } }, { kind: 'deploying', sinceMs: nowMs }),
    expired: (missing) => end(state, 'aborted', `not prepared: ${missing}`, nowMs),
  });
}

/** P1 (delivery R72–R75): a release that does not come up is aborted before it has any tool (F53, F54). */
export async function deploy(
  context: StepContext,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'deploying'>,
): Promise<StepResult> {
  const { cluster, settings, nowMs } = context;
  return await waitFor(context, {
    sinceMs: phase.sinceMs,
    timeoutMs: settings.deployTimeoutMs,
    missing: async () => {
      const missing = await cluster.deploy(release.canaryColour, release.image, shareOf(release, 0));
      if (missing === undefined) await cluster.labelRoles(release.stableColour);
      return missing;
    },
    met: () => goTo(state, { kind: 'verifying', sinceMs: nowMs }),
    expired: (missing) => end(state, 'aborted', `not deployed: ${missing}`, nowMs),
  });
}

/** P1 (delivery R76, F55): no tool comes before a Defender leads and the units are assigned. */
export async function verify(
  context: StepContext,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'verifying'>,
): Promise<StepResult> {
  const { evidence, settings, nowMs } = context;
  return await waitFor(context, {
    sinceMs: phase.sinceMs,
    timeoutMs: settings.verifyTimeoutMs,
    missing: () => evidence.lacksAssignment(release.canaryColour, settings.minAssignmentCoverage),
    met: () => ({ state: { ...state, ...expand(release, 0, nowMs) }, events: [] }),
    expired: (missing) => end(state, 'aborted', `not verified: ${missing}`, nowMs),
  });
}
