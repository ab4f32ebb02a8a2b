import { PortError } from '../../../ports/errors.ts';
import type { RoutingEvent } from '../../../ports/system-event.ts';
import { go, wait, waitFor, type StepContext, type StepResult } from '../context.ts';
import { failureOf, requirementOf, type GateEvidence, type GateVerdict } from '../gates.ts';
import type { ChangeResult } from '../management-client.ts';
import type { PhaseOf, Release, RolloutState } from '../state.ts';
import {
  beginRollback,
  expand as expandTo,
  followRollback,
  goTo,
  pause,
  shareOf,
  stageEvent,
  stageOf,
  type Transition,
} from '../transition.ts';

/**
 * P2, before a stage: the canary can carry it (delivery C43), the list is widened by a compare-and-set on the
 * revision that this controller made last, and every gateway confirms. Whoever else changed the list wins: a rollback
 * is followed, anything else pauses the release.
 */
export async function expand(
  context: StepContext,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'expanding'>,
): Promise<StepResult> {
  const { management, cluster, settings, nowMs } = context;
  const stage = stageOf(release, phase.stage);
  const share = shareOf(release, phase.stage);
  let listRevision = release.listRevision;
  let countedTools: string[] = [];
  let conflict: Transition | undefined;
  return await waitFor(context, {
    sinceMs: phase.sinceMs,
    timeoutMs: settings.expandTimeoutMs,
    missing: async () => {
      if (settings.pausesAutoscaling && phase.stage === 0) await cluster.holdReplicas();
      await cluster.grow(release.canaryColour, share);
      const lacking = await cluster.lacksCapacity(release.canaryColour, share);
      if (lacking !== undefined) return lacking;
      const proposal = await management.proposal(stage.tools);
      const withdrawn = new Set(release.withdrawnTools);
      const tools = proposal.tools.filter((tool) => !withdrawn.has(tool));
      countedTools = requirementOf(phase.stage, stage.tools, settings.gates).everyTool ? tools : [];
      if (tools.length === 0) return 'every tool of the stage was withdrawn';
      context.check();
      const changed = await management.change({
        action: 'expand_canary',
        tools,
        requestId: `${release.id}-stage-${phase.stage}-attempt-${release.attempt}`,
        expectedRevision: release.listRevision,
      });
      if (changed.kind === 'refused') {
        conflict = await afterConflict(context, state, release, phase.stage, changed);
        return undefined;
      }
      listRevision = Math.max(listRevision, changed.revision);
      const awaited = settings.policies.awaitedGateways(await management.unconfirmed(listRevision));
      return awaited.length > 0 ? `gateways have not confirmed: ${awaited.join(', ')}` : undefined;
    },
    met: () =>
      conflict ??
      goTo(
        { ...state, release: { ...release, listRevision } },
        { kind: 'observing', sinceMs: nowMs, stage: phase.stage, extended: false, countedTools },
        [stageEvent(release, phase.stage, 'entered')],
      ),
    expired: (missing) => pause(state, release, phase.stage, missing, nowMs),
  });
}

/** P2, under observation: every look checks for failure, the one at the end of the stage decides. */
export async function observe(
  context: StepContext,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'observing'>,
): Promise<StepResult> {
  const { settings, nowMs } = context;
  const { gates } = settings;
  const stage = stageOf(release, phase.stage);
  const followed = await foreignChange(context, state, release, phase.stage);
  if (followed !== undefined) return go(followed);

  const elapsedMs = nowMs - phase.sinceMs;
  const failed = await failedMeanwhile(context, state, release, phase.stage, elapsedMs);
  if (failed !== undefined) return go(failed);
  if (elapsedMs < stage.durationMs) {
    return wait(Math.max(1, Math.min(settings.checkMs, stage.durationMs - elapsedMs)));
  }

  const requirement = requirementOf(phase.stage, stage.tools, gates);
  const evidence = await context.evidence.read(
    release.canaryColour,
    Math.min(elapsedMs - gates.storeClockErrorMs, gates.maxWindowMs),
    phase.countedTools.filter((tool) => !release.withdrawnTools.includes(tool)),
    await context.management.approval(stage.name),
  );
  const question = { evidence, requirement, elapsedMs, durationMs: stage.durationMs, settings: gates };
  const verdict = heldBack(settings.policies.decideGate(question), state, release, phase.stage, {
    mayExtend: elapsedMs < stage.durationMs * gates.maxExtension,
  });
  return decided(context, state, release, phase, evidence, verdict);
}

/** P2, paused (delivery C19, F33): failure or time lead to L1, an operator's word runs the stage again. */
export async function paused(
  context: StepContext,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'paused'>,
): Promise<StepResult> {
  const { settings, nowMs } = context;
  const elapsedMs = nowMs - phase.sinceMs;
  if (elapsedMs >= settings.pauseTimeoutMs) {
    return go(rollback(state, `paused for ${settings.pauseTimeoutMs} ms: ${phase.reason}`, nowMs));
  }
  const followed = await foreignChange(context, state, release, phase.stage);
  if (followed !== undefined && followed.state.phase.kind !== 'paused') return go(followed);
  const failed = await failedMeanwhile(context, state, release, phase.stage, elapsedMs);
  if (failed !== undefined) return go(failed);
  return wait(Math.max(1, Math.min(settings.checkMs, settings.pauseTimeoutMs - elapsedMs)));
}

/** What a verdict does to the stage. */
function decided(
  context: StepContext,
  state: RolloutState,
  release: Release,
  phase: PhaseOf<'observing'>,
  evidence: GateEvidence,
  verdict: GateVerdict,
): StepResult {
  const { nowMs, settings } = context;
  const { decision, reason } = verdict;
  const event = gateEvent(phase.stage, evidence, verdict);
  switch (decision) {
    case 'pass': {
      const passed = [event, stageEvent(release, phase.stage, 'passed')];
      return phase.stage === release.stages.length - 1
        ? go(goTo(state, { kind: 'promoting', sinceMs: nowMs }, passed))
        : go({ state: { ...state, ...expandTo(release, phase.stage + 1, nowMs) }, events: passed });
    }
    case 'fail':
      return go(preceded(event, rollback(state, reason, nowMs)));
    case 'warn':
    case 'inconclusive':
      return go(preceded(event, pause(state, release, phase.stage, reason, nowMs)));
    case 'extend':
      return phase.extended
        ? wait(settings.checkMs)
        : go(
            goTo(state, { ...phase, extended: true }, [event, stageEvent(release, phase.stage, 'extended')]),
          );
  }
}

/** An L2 that is not confirmed, and tools withdrawn from what should be all tools, hold a pass back (delivery 1O). */
function heldBack(
  verdict: GateVerdict,
  state: RolloutState,
  release: Release,
  stage: number,
  { mayExtend }: { readonly mayExtend: boolean },
): GateVerdict {
  if (verdict.decision !== 'pass') return verdict;
  if (state.withdrawal !== null) {
    return { decision: mayExtend ? 'extend' : 'inconclusive', reason: 'a selective rollback is under way' };
  }
  return stage === release.stages.length - 1 && release.withdrawnTools.length > 0
    ? { decision: 'inconclusive', reason: `withdrawn: ${release.withdrawnTools.join(', ')}` }
    : verdict;
}

/** Failure before the end of a stage, over its recent past; undefined: none. */
async function failedMeanwhile(
  context: StepContext,
  state: RolloutState,
  release: Release,
  stage: number,
  elapsedMs: number,
): Promise<Transition | undefined> {
  const { settings, evidence, management, nowMs } = context;
  if (elapsedMs < settings.failureMinWindowMs) return undefined;
  const windowMs = Math.min(elapsedMs, settings.failureWindowMs);
  const approval = await management.approval(stageOf(release, stage).name);
  const seen = await evidence.read(release.canaryColour, windowMs, [], approval);
  context.check();
  const reason = failureOf(seen, settings.gates);
  if (reason === undefined) return undefined;
  return preceded(gateEvent(stage, seen, { decision: 'fail', reason }), rollback(state, reason, nowMs));
}

/** Somebody else changed the list; undefined: nobody did, or Management cannot say (the list is then frozen anyway). */
async function foreignChange(
  context: StepContext,
  state: RolloutState,
  release: Release,
  stage: number,
): Promise<Transition | undefined> {
  if (state.withdrawal !== null) return undefined;
  const snapshot = await unlessUnreachable(context.management.changedSince(release.listRevision));
  context.check();
  if (snapshot === undefined) return undefined;
  if (snapshot.canaryTools.length === 0) return followRollback(state, snapshot.revision, context.nowMs);
  return pause(state, release, stage, 'the list was changed by another writer', context.nowMs);
}

async function unlessUnreachable<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return undefined;
  }
}

async function afterConflict(
  context: StepContext,
  state: RolloutState,
  release: Release,
  stage: number,
  refused: Extract<ChangeResult, { kind: 'refused' }>,
): Promise<Transition> {
  const followed = await foreignChange(context, state, release, stage);
  return followed ?? pause(state, release, stage, `Management refused: ${refused.reason}`, context.nowMs);
}

function rollback(state: RolloutState, reason: string, nowMs: number): Transition {
  const transition = beginRollback(state, { level: 'L1', tools: [], reason }, nowMs);
  if ('refused' in transition) throw new Error(`L1 refused in a stage: ${transition.refused}`);
  return transition;
}

function preceded(event: RoutingEvent, transition: Transition): Transition {
  return { state: transition.state, events: [event, ...transition.events] };
}

function gateEvent(stage: number, evidence: GateEvidence, verdict: GateVerdict): RoutingEvent {
  return {
    kind: 'gate.decided',
    stage,
    decision: verdict.decision,
    requests: Math.floor(evidence.requests ?? 0),
    contexts: Math.floor(evidence.contexts ?? 0),
    errorRate: evidence.errorRate ?? 0,
    p95Ms: evidence.p95Ms ?? 0,
    approved: evidence.approval === 'approved',
    reason: verdict.reason,
  };
}
