import type { History } from '../../sim/history/history.ts';
import { colours, type Colour } from '../../system/ports/colour.ts';
import type { AssignmentChange } from '../../system/ports/system-event.ts';
import { natsImpaired, readinessFlapping } from './excuses.ts';
import { watchMaps } from './map-in-force.ts';
import { rule, type Rule, type RuleLedger } from './rule.ts';

const hourUs = 3_600_000_000;
/** A cause may lie this far back: an image to pull (60 s), a pod's start, a hold-off of 15 s, a window of 10 s, a look of the leader. */
const causeUs = 150_000_000;
/** A cluster that comes back as a whole takes longer: its pods, a new leader, and a window of 30 s. */
const restartUs = 180_000_000;
/** Who took an id this long before a map must be in it: a heartbeat, and the leader's look. */
const lookUs = 4_000_000;
/** A map this soon after the list changed is one too many on a traffic shift. */
const shiftUs = 60_000_000;

/** What one colour's rebalances are judged by. Times are those of the last one; a cause explains what follows it. */
class Side {
  readonly colour: Colour;
  coldStarts = 0;
  brokenUs = -Infinity;
  scaledUs = -Infinity;
  shiftedUs = -Infinity;
  updateEndedUs = -Infinity;
  isUpdating = false;
  isScaledInUpdate = false;
  /** Undefined until somebody changes them: then as many as there are pods. */
  replicas: number | undefined;
  pods = 0;
  coldStartUs = -Infinity;
  readonly #claimedUs = new Map<string, number>();
  /** Times of maps that nothing but normal operation explains, of the last hour. */
  readonly unexplained: number[] = [];

  constructor(colour: Colour) {
    this.colour = colour;
  }

  scaled(replicas: number, timeUs: number): void {
    const before = this.replicas ?? this.pods;
    this.replicas = replicas;
    if (before === replicas) return;
    this.scaledUs = timeUs;
    if (this.isUpdating) this.isScaledInUpdate = true;
  }

  updateBegan(timeUs: number): void {
    this.isUpdating = true;
    this.isScaledInUpdate = timeUs - this.scaledUs < causeUs;
  }

  updateEnded(timeUs: number): void {
    this.isUpdating = false;
    this.updateEndedUs = timeUs;
    if (this.isScaledInUpdate) this.scaledUs = timeUs;
  }

  isExplained(timeUs: number, withinUs: number): boolean {
    if (this.isUpdating && this.isScaledInUpdate) return true;
    return timeUs - Math.max(this.brokenUs, this.scaledUs) < withinUs;
  }

  claimed(defenderId: string, timeUs: number): void {
    this.#claimedUs.set(defenderId, timeUs);
  }

  /** Ids that were there for the map of the cold start, and came in with a later one. */
  overlooked(joined: readonly string[]): readonly string[] {
    return joined.filter((id) => (this.#claimedUs.get(id) ?? Infinity) < this.coldStartUs - lookUs);
  }

  isInUpdate(timeUs: number): boolean {
    return this.isUpdating || timeUs - this.updateEndedUs < causeUs;
  }

  unexplainedInAnHour(timeUs: number): number {
    this.unexplained.push(timeUs);
    while ((this.unexplained[0] ?? timeUs) <= timeUs - hourUs) this.unexplained.shift();
    return this.unexplained.length;
  }
}

/**
 * Fewer than 2 rebalances an hour in normal operation, none on a traffic shift or in a rolling update, one for a cold
 * start (PRODUCT; delivery R183, I9). What was ordered (replicas) or broke (pods, machines) explains the maps after it;
 * that a member was declared dead explains nothing.
 */
export const rebalanceLimits: Rule = rule({
  id: 'rebalance.limits',
  title: 'rebalances stay within their limits',
  kind: 'safety',
  source: 'PRODUCT rebalances; delivery R183, R191, I9; defender §3',
  excuses: [natsImpaired, readinessFlapping],
  watch({ history }, ledger) {
    const sides: Record<Colour, Side> = { blue: new Side('blue'), green: new Side('green') };
    const both = [sides.blue, sides.green];
    function sideOf(deployment: string): Side | undefined {
      const colour = defenderColour(deployment);
      return colour === undefined ? undefined : sides[colour];
    }
    history.on('deployment.changed', ({ deployment, replicas }, timeUs) => {
      sideOf(deployment)?.scaled(replicas, timeUs);
    });
    history.on('update.started', ({ deployment }, timeUs) => sideOf(deployment)?.updateBegan(timeUs));
    history.on('update.completed', ({ deployment }, timeUs) => sideOf(deployment)?.updateEnded(timeUs));
    history.on('pod.created', ({ deployment }) => {
      const side = sideOf(deployment);
      if (side !== undefined) side.pods++;
    });
    // A pod that ended by force is a cause; a planned replacement is none.
    history.on('pod.ended', ({ deployment, how }, timeUs) => {
      const side = sideOf(deployment);
      if (side === undefined) return;
      side.pods--;
      if (how !== 'exited') side.brokenUs = timeUs;
    });
    history.on('identity.claimed', ({ colour, defenderId }, timeUs) => {
      sides[colour].claimed(defenderId, timeUs);
    });
    history.on('pod.restarting', ({ deployment, backoffMs }, timeUs) => {
      const side = sideOf(deployment);
      if (side !== undefined) side.brokenUs = Math.max(side.brokenUs, timeUs + backoffMs * 1000);
    });
    const frozen = new Map<string, readonly Side[]>();
    history.on('fault.started', ({ id, faultKind, targets }, timeUs) => {
      if (faultKind !== 'pod.kill' && faultKind !== 'pod.freeze') return;
      const hit = both.filter(({ colour }) =>
        targets.some((target) => target.includes(`defender-${colour}`)),
      );
      for (const side of hit) side.brokenUs = timeUs;
      if (faultKind === 'pod.freeze') frozen.set(id, hit);
    });
    history.on('fault.ended', ({ id }, timeUs) => {
      for (const side of frozen.get(id) ?? []) side.brokenUs = timeUs;
      frozen.delete(id);
    });
    const machineChanged = (_event: unknown, timeUs: number): void => {
      for (const side of both) side.brokenUs = timeUs;
    };
    history.on('node.down', machineChanged);
    history.on('node.not-ready', machineChanged);
    history.on('node.up', machineChanged);
    watchReplacements(history, (deployment, timeUs) => {
      const side = sideOf(deployment);
      if (side !== undefined) side.brokenUs = timeUs;
    });
    let epoch: number | undefined;
    history.on('routing.changed', (event, timeUs) => {
      // Management tells its list again when it starts: no shift.
      if (epoch !== undefined && event.epoch > epoch) for (const side of both) side.shiftedUs = timeUs;
      epoch = Math.max(epoch ?? 0, event.epoch);
    });
    watchMaps(history, (event, timeUs) => {
      ledger.check();
      judge(ledger, sides[event.colour], event, timeUs);
    });
    return { finish: () => undefined };
  },
});

/** Pods of a lost machine are replaced minutes after it fell silent (delivery 76), and end when it is back. */
function watchReplacements(history: History, replaced: (deployment: string, timeUs: number) => void): void {
  const nodeOf = new Map<string, string>();
  const lost = new Set<string>();
  history.on('pod.scheduled', ({ pod, node }) => {
    nodeOf.set(pod, node);
  });
  history.on('pod.ended', ({ pod }) => {
    nodeOf.delete(pod);
  });
  history.on('node.not-ready', ({ node }) => {
    lost.add(node);
  });
  history.on('node.up', ({ node }) => {
    lost.delete(node);
  });
  history.on('pod.terminating', ({ pod, deployment }, timeUs) => {
    if (lost.has(nodeOf.get(pod) ?? '')) replaced(deployment, timeUs);
  });
}

function judge(ledger: RuleLedger, side: Side, event: AssignmentChange, timeUs: number): void {
  const { colour, joined, left, moved, reason, version } = event;
  switch (reason) {
    case 'cold-start':
      side.coldStarts++;
      if (side.coldStarts > 1) {
        ledger.violateUnlessExcused(
          `${colour} was started cold ${side.coldStarts} times without a restart of the cluster`,
          causeUs,
          colour,
        );
      }
      side.coldStartUs = timeUs;
      return;
    case 'restart':
      if (!side.isExplained(timeUs, restartUs)) {
        ledger.violateUnlessExcused(
          `${colour} was started anew (map ${version}) though nothing had ended it`,
          causeUs,
          colour,
        );
      }
      side.coldStartUs = timeUs;
      return;
    case 'crash':
    case 'scaling': {
      const overlooked = timeUs - side.brokenUs < causeUs ? [] : side.overlooked(joined);
      if (overlooked.length > 0) {
        ledger.violateUnlessExcused(
          `${colour}: a cold start took a second map (${version}) for ${overlooked.join(', ')}, there before the first`,
          causeUs,
          colour,
        );
        return;
      }
      if (side.isExplained(timeUs, causeUs) || ledger.excuses(causeUs, colour)) return;
      const what = `map ${version}, ${joined.length} joined, ${left.length} left, ${moved} units moved`;
      if (side.isInUpdate(timeUs)) {
        ledger.violate(`${colour}: a rolling update led to a rebalance (${what})`);
        return;
      }
      if (timeUs - side.shiftedUs < shiftUs) {
        ledger.violate(`${colour}: a traffic shift led to a rebalance (${what})`);
        return;
      }
      const count = side.unexplainedInAnHour(timeUs);
      if (count >= 2)
        ledger.violate(`${colour}: ${count} rebalances within an hour of normal operation (${what})`);
      return;
    }
  }
}

function defenderColour(deployment: string): Colour | undefined {
  return colours.find((colour) => deployment === `defender-${colour}`);
}
