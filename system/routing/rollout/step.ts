import { go, wait, type StepContext, type StepResult } from './context.ts';
import { beginExperiment, endExperiment, experiment } from './phases/experiment.ts';
import { deploy, prepare, verify } from './phases/prepare.ts';
import { promote, relabelPromoted, retain, retire } from './phases/promote.ts';
import { measureInBackground } from './phases/background.ts';
import { drain, relabelRolledBack, rollBack, scaleDown, withdraw } from './phases/rollback.ts';
import { expand, observe, paused } from './phases/stage.ts';
import type { PhaseOf, Release, RolloutState } from './state.ts';
import { expand as beginStage, type Transition } from './transition.ts';

/**
 * One step of the controller: looks at the world and says what comes next. It may be repeated at any time, by this
 * process or by the next one: whatever it asks for is asked in words that have the effect of one. Rejects with a
 * `PortError` where the world did not answer (look again), with `PreemptedError` where it was overtaken.
 */
export async function step(context: StepContext, state: RolloutState): Promise<StepResult> {
  const { withdrawal } = state;
  if (withdrawal === null) return await stepPhase(context, state);
  const withdrawn = await withdraw(context, state, withdrawal);
  if (withdrawn.kind === 'go' || withdrawal.epoch === null) return withdrawn;
  const result = await stepPhase(context, state);
  return result.kind === 'go' || result.forMs === 'ever' || withdrawn.forMs === 'ever'
    ? result
    : wait(Math.min(result.forMs, withdrawn.forMs));
}

async function stepPhase(context: StepContext, state: RolloutState): Promise<StepResult> {
  const { phase } = state;
  switch (phase.kind) {
    case 'idle':
    case 'ended':
      return wait('ever');
    case 'preparing':
      return await prepare(context, state, releaseOf(state), phase);
    case 'deploying':
      return await deploy(context, state, releaseOf(state), phase);
    case 'verifying':
      return await verify(context, state, releaseOf(state), phase);
    case 'experimenting':
      return context.experiment === undefined
        ? go(firstStage(context, state))
        : await experiment(context, context.experiment, state, releaseOf(state), phase);
    case 'ending-experiment':
      return context.experiment === undefined
        ? go(firstStage(context, state))
        : await endExperiment(context, context.experiment, state, releaseOf(state), phase);
    case 'expanding':
    case 'observing':
    case 'paused': {
      if (waitsForExperiment(context, state)) {
        return await beginExperiment(context, state, releaseOf(state));
      }
      const { background } = context.settings;
      if (background === undefined) return await stepStage(context, state, phase);
      const measured = await measureInBackground(context, background, state, releaseOf(state), phase);
      return measured === undefined ? await stepStage(context, state, phase) : go(measured);
    }
    case 'promoting':
      return await promote(context, state, releaseOf(state));
    case 'labelling':
      return await relabelPromoted(context, state, releaseOf(state));
    case 'retaining':
      return await retain(context, state, releaseOf(state), phase);
    case 'retiring':
      return await retire(context, state, releaseOf(state));
    case 'rolling-back':
      return await rollBack(context, state, phase);
    case 'relabelling':
      return await relabelRolledBack(context, state, phase);
    case 'draining':
      return await drain(context, state, phase);
    case 'scaling-down':
      return await scaleDown(context, state, phase);
  }
}

/** The first stage does not begin before the experiment has passed. */
function waitsForExperiment({ experiment: tools }: StepContext, { phase, release }: RolloutState): boolean {
  return (
    tools !== undefined &&
    phase.kind === 'expanding' &&
    phase.stage === 0 &&
    release?.experimentPassed !== true
  );
}

/** A controller without experiments finds a release in the middle of one. */
function firstStage({ nowMs }: StepContext, state: RolloutState): Transition {
  return { state: { ...state, ...beginStage(releaseOf(state), 0, nowMs) }, events: [] };
}

async function stepStage(
  context: StepContext,
  state: RolloutState,
  phase: PhaseOf<'expanding' | 'observing' | 'paused'>,
): Promise<StepResult> {
  switch (phase.kind) {
    case 'expanding':
      return await expand(context, state, releaseOf(state), phase);
    case 'observing':
      return await observe(context, state, releaseOf(state), phase);
    case 'paused':
      return await paused(context, state, releaseOf(state), phase);
  }
}

function releaseOf(state: RolloutState): Release {
  if (state.release === null) throw new Error(`${state.phase.kind} without a release`);
  return state.release;
}
