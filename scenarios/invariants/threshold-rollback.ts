import { defaultThresholdSettings } from '../../system/routing/variants/threshold/settings.ts';
import { decisive, timeScale } from '../variants/threshold/scale.ts';
import { Hindrances } from '../variants/hindrances.ts';
import { rule, type Rule } from './rule.ts';

/** The window fills, the limit is broken for as long as its trigger says, and a few ticks go by. */
const immediateUs = (300 + 300 + 150) * 1e6 * timeScale;
/** The longest trigger, then five steps of a minute. */
const gradualUs = (600 + 5 * 60 + 240) * 1e6 * timeScale;
/** What reads the metrics needs new connections after a fault, and then the window anew. */
const slackUs = 60e6;
/** A stage that could be read for so long after its time had the evidence to pass. */
const enoughUs = 10e6;

const { stages } = defaultThresholdSettings('', timeScale);

/**
 * A canary that fails is withdrawn in time: for errors and slowness at once, for tasks and agents by and by
 * (delivery R285–R290). What keeps the controller from reading, deciding or telling is added to the bound. A healthy
 * one is not, unless its stage could not be read from the time on when it might have passed: no stage is held for ever
 * (delivery C19).
 */
export const thresholdRollback: Rule = rule({
  id: 'threshold.rollback',
  title: 'a canary beyond a threshold is withdrawn in time',
  kind: 'liveness',
  source: 'delivery R285–R290',
  excuses: [],
  onlyTag: 'variant-threshold',
  watch({ history, kernel }, ledger) {
    const hindrances = new Hindrances(history);
    let weightPercent = 0;
    let grownUs = 0;
    let takenBack: { readonly atUs: number; readonly weightPercent: number } | undefined;
    let firstTrafficUs: number | undefined;
    let withdrawnUs: number | undefined;
    let bad: { readonly truth: string; readonly sinceUs: number; readonly withinUs: number } | undefined;
    /** Whether next to nothing could be read since the stage that was taken back might have passed. */
    const wasUnreadable = (): boolean => {
      if (takenBack === undefined) return false;
      const { atUs, weightPercent: share } = takenBack;
      const durationMs = stages.find((stage) => stage.weightPercent === share)?.durationMs ?? 0;
      const fromUs = grownUs + durationMs * 1000;
      return (
        atUs > fromUs && atUs - fromUs - hindrances.betweenUs(decisive, fromUs, atUs, slackUs) < enoughUs
      );
    };
    history.on('threshold.decided', ({ mode }, timeUs) => {
      if (mode !== 'advancing' && mode !== 'promoted') takenBack ??= { atUs: timeUs, weightPercent };
    });
    history.on('canary.configured', (event, timeUs) => {
      if (event.weightPercent > weightPercent) grownUs = timeUs;
      weightPercent = event.weightPercent;
      if (weightPercent > 0) firstTrafficUs ??= timeUs;
      if (!event.enabled) withdrawnUs ??= timeUs;
    });
    history.on('threshold.truth', ({ truth }, timeUs) => {
      switch (truth) {
        case 'healthy':
        case 'recovered':
          return;
        case 'errors':
        case 'slow':
          bad = { truth, sinceUs: timeUs, withinUs: immediateUs };
          return;
        case 'tasks':
        case 'agents':
          bad = { truth, sinceUs: timeUs, withinUs: gradualUs };
          return;
      }
    });
    return {
      finish() {
        if (bad === undefined) {
          if (firstTrafficUs === undefined && withdrawnUs === undefined) return;
          ledger.check();
          if (withdrawnUs === undefined || wasUnreadable()) return;
          ledger.violate('a healthy canary was withdrawn', withdrawnUs);
          return;
        }
        const sinceUs = Math.max(bad.sinceUs, firstTrafficUs ?? Infinity);
        if (withdrawnUs !== undefined && withdrawnUs < sinceUs) return;
        const endUs = withdrawnUs ?? kernel.nowUs;
        const allowedUs = bad.withinUs + hindrances.betweenUs(decisive, sinceUs, endUs, slackUs);
        if (withdrawnUs === undefined && endUs - sinceUs < allowedUs) return;
        ledger.check();
        if (endUs - sinceUs <= allowedUs) return;
        const after = `${Math.round((endUs - sinceUs) / 1e6)} s`;
        ledger.violate(
          withdrawnUs === undefined
            ? `a canary with ${bad.truth} is there after ${after}`
            : `a canary with ${bad.truth} was withdrawn after ${after}`,
        );
      },
    };
  },
});
