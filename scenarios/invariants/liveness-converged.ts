import { rule, type Rule } from './rule.ts';

/** After the faults end every completed context is processed within this time. */
export const convergenceUs = 300_000_000;

/** Once the faults are over, all that is completed is processed and acknowledged, and no tool keeps a backlog (DESIGN, liveness). */
export const livenessConverged: Rule = rule({
  id: 'liveness.converged',
  title: 'after the last fault everything completed is processed within 5 min',
  kind: 'liveness',
  source: 'DESIGN faults and verdicts; dst §6.1',
  excuses: [],
  watch({ kernel, history }, ledger) {
    const open = new Map<string, number>();
    const backlogs = new Map<string, number>();
    let healedUs = 0;
    // Acknowledged before the tool heard that it is complete.
    const early = new Set<string>();
    history.on('context.completed', (event, timeUs) => {
      ledger.check();
      if (!early.delete(event.contextId)) open.set(event.contextId, timeUs);
    });
    history.on('completion.acknowledged', (event) => {
      if (!open.delete(event.contextId)) early.add(event.contextId);
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
        for (const [tool, contexts] of backlogs) {
          ledger.violate(
            `${tool} still keeps ${contexts} contexts ${((nowUs - healedUs) / 1e6).toFixed(0)} s after the last fault`,
          );
        }
      },
    };
  },
});
