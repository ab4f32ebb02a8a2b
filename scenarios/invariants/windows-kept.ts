import type { Colour } from '../../system/ports/colour.ts';
import type { AssignmentChange } from '../../system/ports/system-event.ts';
import { DefenderRoster } from './defender-roster.ts';
import { defendersDisturbed, natsImpaired } from './excuses.ts';
import { watchMaps } from './map-in-force.ts';
import { rule, type Rule, type RuleLedger } from './rule.ts';

/** The leader looks every 2 s and a map takes up to a second: that much earlier or later than the window is in order. */
const lookUs = 4_000_000;
const windowUs = { 'cold-start': 30_000_000, restart: 30_000_000, scaling: 10_000_000 } as const;
/** A member that joined this long ago and is in no map was forgotten. */
const forgottenUs = 120_000_000;

/** Planned changes of one colour that its map does not have yet. */
class Side {
  /** Ids that were taken by a pod, or given up. */
  readonly pending = new Map<string, 'joined' | 'left'>();
  /** Ids that were handed on by one who had come back without a word: their window began unseen. */
  readonly unseen = new Set<string>();
  /** Since when something is pending: the leader's window begins when it hears of it, a moment later. */
  sinceUs = 0;
  electedUs: number | undefined;
  deadUs: number | undefined;

  changed(defenderId: string, change: 'joined' | 'left', timeUs: number): void {
    const before = this.pending.get(defenderId);
    if (before === change) return;
    // Given back and taken again, or the reverse: nothing is left to do.
    if (before !== undefined) this.pending.delete(defenderId);
    else {
      if (this.pending.size === 0) this.sinceUs = timeUs;
      this.pending.set(defenderId, change);
    }
  }

  handedOn(defenderId: string, timeUs: number): void {
    if (this.pending.has(defenderId)) return;
    this.unseen.add(defenderId);
    this.changed(defenderId, 'joined', timeUs);
  }

  gone(defenderId: string): void {
    this.unseen.delete(defenderId);
    if (this.pending.get(defenderId) === 'joined') this.pending.delete(defenderId);
  }

  /** True where every change in the map was known: only then is it clear when its window began. */
  settle({ joined, left }: AssignmentChange, timeUs: number): boolean {
    let isKnown = joined.length + left.length > 0;
    for (const id of [...joined, ...left]) {
      isKnown = !this.unseen.delete(id) && isKnown;
      isKnown = this.pending.delete(id) && isKnown;
    }
    this.sinceUs = timeUs;
    this.deadUs = undefined;
    return isKnown;
  }
}

/**
 * Cold start waits 30 s, planned scaling 10 s, a crash not at all (PRODUCT, windows; defender §3). A new leader starts a
 * window anew. Not judged: the start of a window that a Defender opened which came back without a word (it was frozen).
 */
export const windowsKept: Rule = rule({
  id: 'windows.kept',
  title: 'windows: cold start 30 s, planned scaling 10 s, crash 0 s',
  kind: 'safety',
  source: 'PRODUCT windows; defender §3',
  excuses: [natsImpaired, defendersDisturbed],
  watch({ kernel, history }, ledger) {
    const sides: Record<Colour, Side> = { blue: new Side(), green: new Side() };
    function podGone(pod: string): void {
      const holder = roster.holderIn(pod);
      if (holder !== undefined) sides[holder.colour].gone(holder.defenderId);
    }
    // Before the roster learns of them: it is asked for what was.
    history.on('pod.ended', ({ pod }) => podGone(pod));
    history.on('pod.restarting', ({ pod }) => podGone(pod));
    history.on('node.down', ({ node }) => {
      for (const { pod } of roster.holdersOn(node)) podGone(pod);
    });
    watchMaps(history, (event, timeUs) => {
      ledger.check();
      judge(ledger, sides[event.colour], event, timeUs);
    });
    const roster = new DefenderRoster(history);
    history.on('leader.elected', ({ colour }, timeUs) => {
      sides[colour].electedUs = timeUs;
      // It has to see the dead ones' silence for itself.
      sides[colour].deadUs = undefined;
    });
    history.on('identity.claimed', ({ colour, defenderId, inherited }, timeUs) => {
      const side = sides[colour];
      if (!roster.isMember(colour, defenderId) && inherited) side.handedOn(defenderId, timeUs);
      else if (!roster.isMember(colour, defenderId)) side.changed(defenderId, 'joined', timeUs);
      else if (side.pending.get(defenderId) === 'left') side.changed(defenderId, 'joined', timeUs);
    });
    history.on('identity.released', ({ colour, defenderId, how }, timeUs) => {
      switch (how) {
        case 'planned':
          if (roster.isMember(colour, defenderId)) sides[colour].changed(defenderId, 'left', timeUs);
          else sides[colour].gone(defenderId);
          return;
        case 'lost':
          sides[colour].gone(defenderId);
          return;
        case 'handed-over':
          return;
      }
    });
    history.on('member.dead', ({ colour }, timeUs) => {
      sides[colour].deadUs ??= timeUs;
    });
    return {
      finish(): void {
        for (const colour of ['blue', 'green'] as const) {
          for (const [defenderId, change] of sides[colour].pending) {
            const holder = change === 'joined' ? roster.holderOf(colour, defenderId) : undefined;
            if (holder === undefined || kernel.nowUs - holder.sinceUs < forgottenUs) continue;
            ledger.check();
            ledger.violateUnlessExcused(
              `${colour}: ${defenderId} joined ${seconds(kernel.nowUs - holder.sinceUs)} s before the end and is in no map`,
              0,
              colour,
            );
          }
        }
      },
    };
  },
});

function judge(ledger: RuleLedger, side: Side, event: AssignmentChange, timeUs: number): void {
  const { colour, reason } = event;
  const { sinceUs, deadUs, electedUs } = side;
  const isKnown = side.settle(event, timeUs);
  switch (reason) {
    case 'crash':
      if (deadUs !== undefined && timeUs - deadUs > lookUs) {
        ledger.violateUnlessExcused(
          `${colour}: the map after a crash waited ${seconds(timeUs - deadUs)} s`,
          timeUs - deadUs,
          colour,
        );
      }
      return;
    case 'cold-start':
    case 'restart':
      // Both begin with a leader that finds no map, or next to none of its members.
      if (electedUs === undefined) return;
      tooEarly(ledger, event, timeUs - electedUs);
      if (reason === 'cold-start') tooLate(ledger, event, timeUs - electedUs);
      return;
    case 'scaling':
      if (!isKnown) return;
      tooEarly(ledger, event, timeUs - sinceUs);
      tooLate(ledger, event, timeUs - Math.max(sinceUs, electedUs ?? 0));
      return;
  }
}

function tooEarly(ledger: RuleLedger, { colour, reason }: AssignmentChange, waitedUs: number): void {
  if (reason === 'crash' || waitedUs >= windowUs[reason] - lookUs) return;
  ledger.violate(
    `${colour}: a ${reason} map came ${seconds(waitedUs)} s after the first change, its window is ${seconds(windowUs[reason])} s`,
  );
}

function tooLate(ledger: RuleLedger, { colour, reason }: AssignmentChange, waitedUs: number): void {
  if (reason === 'crash' || waitedUs <= windowUs[reason] + 2 * lookUs) return;
  ledger.violateUnlessExcused(
    `${colour}: a ${reason} map came only ${seconds(waitedUs)} s after the first change`,
    waitedUs,
    colour,
  );
}

function seconds(durationUs: number): string {
  return (durationUs / 1e6).toFixed(1);
}
