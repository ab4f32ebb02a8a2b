import { rule, type Rule } from './rule.ts';

/** After the faults end every completed context is processed within this time. */
export const convergenceUs = 300_000_000;

/**
 * Once the faults are over, all that is completed is processed, no completion waits in a stream, and no tool keeps a
 * backlog (DESIGN, liveness). An acknowledgement whose confirmation got lost has still taken its message out.
 */
export const livenessConverged: Rule = rule({
  id: 'liveness.converged',
  title: 'after the last fault everything completed is processed within 5 min',
  kind: 'liveness',
  source: 'DESIGN faults and verdicts; dst §6.1',
  excuses: [],
  watch({ kernel, history, facts }, ledger) {
    const open = new Map<string, number>();
    const backlogs = new Map<string, number>();
    let healedUs = 0;
    const processed = new Set<string>();
    history.on('context.completed', (event, timeUs) => {
      ledger.check();
      if (!processed.has(event.contextId)) open.set(event.contextId, timeUs);
    });
    history.on('uchart.stored', (event) => {
      open.delete(event.contextId);
      processed.add(event.contextId);
    });
    history.on('tool.backlog', ({ tool, contexts }) => {
      // One that is over and on its way is no backlog.
      if (contexts > 1) backlogs.set(tool, contexts);
      else backlogs.delete(tool);
    });
    history.on('phase', (event, timeUs) => {
      if (event.phase === 'healing') healedUs = timeUs;
    });
    return {
      finish(): void {
        const nowUs = kernel.nowUs;
        for (const [contextId, timeUs] of open) {
          const waitedUs = nowUs - Math.max(timeUs, healedUs);
          if (waitedUs <= convergenceUs) continue;
          ledger.violate(
            `${contextId}, completed at ${(timeUs / 1e6).toFixed(0)} s, is still not processed ${(waitedUs / 1e6).toFixed(0)} s after the last fault`,
          );
        }
        if (nowUs - healedUs <= convergenceUs) return;
        for (const contextId of facts.waitingCompletions()) {
          if (open.has(contextId)) continue;
          ledger.violate(
            `the completion of ${contextId} still waits in its stream ${((nowUs - healedUs) / 1e6).toFixed(0)} s after the last fault`,
          );
        }
        for (const [tool, contexts] of backlogs) {
          ledger.violate(
            `${tool} still keeps ${contexts} contexts ${((nowUs - healedUs) / 1e6).toFixed(0)} s after the last fault`,
          );
        }
      },
    };
  },
});
