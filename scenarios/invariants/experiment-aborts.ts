import {
  experimentComponents,
  experimentDeployment,
  experimentSides,
} from '../../system/routing/experiment/sides.ts';
import type { Excuse } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const secondUs = 1_000_000;
/** Two failed looks decide (one may be chance): the next thing is the verdict. */
const failureLimit = 1;
/** From the verdict until the release is aborted, or its pods are asked to go: a few looks of the controller. */
const abortUs = 30 * secondUs;
const deployments = experimentSides.flatMap((side) =>
  experimentComponents.map((component) => experimentDeployment(component, side)),
);

/** Nobody acts while the controller, or what it asks, is away. */
const controllerAway: Excuse = {
  reason: 'the rollout controller killed, frozen or its machine lost',
  faults: [
    { kind: 'pod.kill', touching: ['rollout'] },
    { kind: 'pod.freeze', touching: ['rollout'] },
    { kind: 'node.' },
  ],
  graceUs: 60 * secondUs,
};

/**
 * A candidate that fails its experiment is aborted within its bound: a second failed measurement is the verdict, and
 * after the verdict the release ends and the pods go. Nothing of an experiment is left when it has ended (delivery 39).
 */
export const experimentAborts: Rule = rule({
  id: 'experiment.aborts',
  title: 'an experiment that fails aborts its release within the bound, and leaves no pod',
  kind: 'liveness',
  source: 'delivery 39, 40',
  excuses: [controllerAway],
  onlyTag: 'experiment',
  watch({ history, kernel }, ledger) {
    let failed = 0;
    let isJudged = true;
    let isBegun = false;
    let owedUs: number | undefined;
    const wanted = new Map<string, number>();
    function podsLeft(): readonly string[] {
      return deployments.filter((name) => (wanted.get(name) ?? 0) > 0);
    }
    function judge(): void {
      if (owedUs === undefined || kernel.nowUs < owedUs) return;
      const lateUs = kernel.nowUs - owedUs + abortUs;
      owedUs = undefined;
      ledger.violateUnlessExcused('a failed experiment did not abort its release within 30 s', lateUs);
    }
    history.on('experiment.started', () => {
      failed = 0;
      isJudged = false;
      isBegun = true;
    });
    history.on('experiment.measured', (event) => {
      ledger.check();
      if (failed > failureLimit && !isJudged) {
        ledger.violate(`${failed} failed measurements of an experiment changed nothing`);
        isJudged = true;
      }
      failed = event.failed;
    });
    history.on('experiment.ended', ({ outcome }, timeUs) => {
      isJudged = true;
      if (outcome === 'Failed') owedUs = timeUs + abortUs;
    });
    history.on('rollout.ended', () => {
      judge();
      owedUs = undefined;
    });
    history.on('deployment.changed', ({ deployment, replicas }) => {
      wanted.set(deployment, replicas);
    });
    history.on('rollout.stage', ({ name, state }) => {
      if (state !== 'entered') return;
      ledger.check();
      if (podsLeft().length > 0) {
        ledger.violate(`stage ${name} was entered while ${podsLeft().join(', ')} still ran`);
      }
    });
    history.on('request.routed', judge);
    return {
      finish() {
        judge();
        if (!isBegun) return;
        ledger.check();
        if (isJudged && podsLeft().length > 0) {
          ledger.violateUnlessExcused(`${podsLeft().join(', ')} are left of an experiment that is over`);
        }
      },
    };
  },
});
