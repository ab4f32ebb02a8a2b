import type { Excuse } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** P0, P1 and the first expansion may take this long together (300 + 600 + 300 + 600 s), and a minute for orders. */
const boundUs = 1_860_000_000;

/** Whatever a release needs to come up; its own time-outs lie in the grace. */
const releaseDisturbed: Excuse = {
  reason: 'something that a release needs was disturbed',
  faults: [
    { kind: 'pod.' },
    { kind: 'node.' },
    { kind: 'nats.' },
    { kind: 'jetstream.' },
    { kind: 'cassandra.' },
    { kind: 'link.' },
    { kind: 'gateway.' },
    { kind: 'prometheus.' },
    { kind: 'management.' },
    { kind: 'routing.' },
    { kind: 'metrics.' },
    { kind: 'operator.scale' },
    { kind: 'operator.rolling-update' },
  ],
  graceUs: 900_000_000,
};

/**
 * Every abort and every rollback leaves a way on: the next release is accepted, and comes as far as its first stage
 * (delivery I10, F45, F48). One that is superseded or rolled back by an operator on its way says nothing.
 */
export const retryRunnable: Rule = rule({
  id: 'retry.runnable',
  title: 'after an abort or a rollback the next release can run',
  kind: 'safety',
  source: 'delivery I10, F45, F48',
  excuses: [releaseDisturbed],
  watch({ kernel, history }, ledger) {
    let isEnded = false;
    let startedUs: number | undefined;
    function late(): void {
      if (startedUs === undefined || kernel.nowUs - startedUs <= boundUs) return;
      const lastedUs = kernel.nowUs - startedUs;
      startedUs = undefined;
      ledger.violateUnlessExcused(
        `a release after an abort has not come to its first stage in ${(lastedUs / 1e6).toFixed(0)} s`,
        lastedUs,
      );
    }
    history.on('rollout.ended', ({ outcome, reason }, timeUs) => {
      if (startedUs !== undefined && outcome === 'aborted' && !reason.startsWith('superseded')) {
        ledger.violateUnlessExcused(
          `a release after an abort was aborted before its first stage: ${reason}`,
          timeUs - startedUs,
        );
      }
      startedUs = undefined;
      isEnded = outcome !== 'promoted';
    });
    history.on('rollout.started', (_, timeUs) => {
      if (isEnded) {
        ledger.check();
        startedUs = timeUs;
      }
      isEnded = false;
    });
    history.on('rollout.stage', () => {
      late();
      startedUs = undefined;
    });
    history.on('rollback.started', () => {
      startedUs = undefined;
      isEnded = false;
    });
    history.on('operator.act', ({ act, detail }) => {
      if (!isEnded || act !== 'answered' || !detail.startsWith('/api/v1/rollout 4')) return;
      ledger.violateUnlessExcused(`the next release was refused: ${detail}`);
    });
    return { finish: late };
  },
});
