import { listDelayed } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const boundUs = 30_000_000;

/**
 * What was written down is what is routed by (delivery F17, F16, I7): a change of the list is in force at every reachable
 * gateway within 30 s, and a stage begins only where it is.
 */
export const listApplied: Rule = rule({
  id: 'list.applied',
  title: 'a change of the list is in force everywhere within 30 s, and before its stage begins',
  kind: 'safety',
  source: 'delivery F16, F17, F41, I7',
  excuses: [listDelayed],
  onlyTag: 'list-applied',
  watch({ kernel, history, facts }, ledger) {
    const applied = new Map<string, number>();
    let newest = { epoch: -1, sinceUs: 0 };
    let judged = -1;
    const behind = (): readonly string[] =>
      facts.reachableGateways().filter((gateway) => (applied.get(gateway) ?? -1) < newest.epoch);
    function settle(): void {
      const waitedUs = kernel.nowUs - newest.sinceUs;
      if (judged >= newest.epoch || waitedUs < boundUs) return;
      judged = newest.epoch;
      ledger.check();
      for (const gateway of behind()) {
        ledger.violateUnlessExcused(`${gateway} does not know epoch ${newest.epoch} after 30 s`, waitedUs);
      }
    }
    history.on('routing.changed', ({ epoch }, timeUs) => {
      settle();
      // Management tells its list again when it starts.
      if (epoch > newest.epoch) newest = { epoch, sinceUs: timeUs };
    });
    history.on('routing.applied', ({ gateway, epoch }) => {
      settle();
      applied.set(gateway, Math.max(applied.get(gateway) ?? -1, epoch));
    });
    history.on('rollout.stage', ({ name, state }, timeUs) => {
      if (state !== 'entered') return;
      ledger.check();
      for (const gateway of behind()) {
        ledger.violateUnlessExcused(
          `stage ${name} began while ${gateway} did not know epoch ${newest.epoch}`,
          timeUs - newest.sinceUs,
        );
      }
    });
    history.on('request.routed', settle);
    return { finish: settle };
  },
});
