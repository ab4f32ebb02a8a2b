import type { Colour } from '../../system/ports/colour.ts';
import { natsImpaired } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const hourUs = 3_600_000_000;
/** A cause may lie this far back: a window, a detection, a hold-off, a pod's start. */
const causeUs = 90_000_000;

interface Side {
  coldStarts: number;
  /** Times of maps that nothing but normal operation explains. */
  readonly unexplained: number[];
  lastCauseUs: number;
  lastRollingUs: number;
}

/** Fewer than 2 rebalances an hour in normal operation, none on a traffic shift or in a rolling update, one for a cold start (PRODUCT; delivery R183, I9). */
export const rebalanceLimits: Rule = rule({
  id: 'rebalance.limits',
  title: 'rebalances stay within their limits',
  kind: 'safety',
  source: 'PRODUCT rebalances; delivery R183, R191, I9; defender §3',
  excuses: [natsImpaired],
  watch({ history }, ledger) {
    const sides: Record<Colour, Side> = { blue: newSide(), green: newSide() };
    function cause(colour: Colour, timeUs: number): void {
      sides[colour].lastCauseUs = timeUs;
    }
    const replicas = new Map<string, number>();
    history.on('deployment.changed', (event, timeUs) => {
      const colour = defenderColour(event.deployment);
      if (colour === undefined) return;
      if (replicas.get(event.deployment) !== event.replicas) cause(colour, timeUs);
      replicas.set(event.deployment, event.replicas);
    });
    history.on('update.started', (event, timeUs) => {
      const colour = defenderColour(event.deployment);
      if (colour !== undefined) sides[colour].lastRollingUs = timeUs;
    });
    // A pod that ended by force is a cause; a planned replacement is none.
    history.on('pod.ended', (event, timeUs) => {
      const colour = defenderColour(event.deployment);
      if (colour !== undefined && event.how !== 'exited') cause(colour, timeUs);
    });
    history.on('pod.restarting', (event, timeUs) => {
      const colour = defenderColour(event.deployment);
      if (colour !== undefined) cause(colour, timeUs);
    });
    history.on('fault.started', (event, timeUs) => {
      if (event.faultKind.startsWith('pod.') || event.faultKind.startsWith('node.')) {
        cause('blue', timeUs);
        cause('green', timeUs);
      }
    });
    history.on('member.dead', (event, timeUs) => cause(event.colour, timeUs));
    history.on('assignment.published', (event, timeUs) => {
      ledger.check();
      const side = sides[event.colour];
      switch (event.reason) {
        case 'cold-start':
          side.coldStarts++;
          if (side.coldStarts > 1)
            ledger.violate(
              `${event.colour} was started cold ${side.coldStarts} times without a restart of the cluster`,
            );
          return;
        case 'restart':
          return;
        case 'crash':
        case 'scaling': {
          if (timeUs - side.lastCauseUs < causeUs) return;
          if (timeUs - side.lastRollingUs < 300_000_000) {
            ledger.violateUnlessExcused(
              `${event.colour}: a rolling update led to a rebalance (map ${event.version}, ${event.joined.length} joined, ${event.left.length} left, ${event.moved} units moved)`,
              causeUs,
            );
            return;
          }
          side.unexplained.push(timeUs);
          while ((side.unexplained[0] ?? timeUs) < timeUs - hourUs) side.unexplained.shift();
          if (side.unexplained.length >= 2) {
            ledger.violateUnlessExcused(
              `${event.colour}: ${side.unexplained.length} rebalances within an hour of normal operation (map ${event.version}, reason ${event.reason})`,
              causeUs,
            );
          }
          return;
        }
      }
    });
    return { finish: () => undefined };
  },
});

export function defenderColour(deployment: string): Colour | undefined {
  switch (deployment) {
    case 'defender-blue':
      return 'blue';
    case 'defender-green':
      return 'green';
  }
  return undefined;
}

function newSide(): Side {
  return { coldStarts: 0, unexplained: [], lastCauseUs: -Infinity, lastRollingUs: -Infinity };
}
