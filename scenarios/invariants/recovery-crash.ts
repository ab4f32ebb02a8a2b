import type { Colour } from '../../system/ports/colour.ts';
import type { AssignmentChange } from '../../system/ports/system-event.ts';
import { DefenderRoster } from './defender-roster.ts';
import { defendersFrozen, electionAgentImpaired, natsImpaired } from './excuses.ts';
import { watchMaps } from './map-in-force.ts';
import { rule, type Rule } from './rule.ts';

/** Three missed heartbeats of 2 s, seen at the leader's next look, which comes every 2 s. */
const detectMs = 6000;
const lookMs = 2000;
const reassignMs = 10_000;
const leaderMs = 13_000;
const leaderUnitsMs = 21_000;
/** A leader elected this shortly before a death has not seen the dead one's heartbeats for long enough to miss them. */
const freshLeaderUs = 6_000_000;

interface Lost {
  readonly defenderId: string;
  readonly diedUs: number;
  readonly wasLeader: boolean;
}

class Side {
  leader: string | undefined;
  electedUs = -Infinity;
  /** When a leader last died. */
  leaderDiedUs = -Infinity;
  /** Since when nobody leads although somebody could. */
  leaderlessUs: number | undefined;
  /** Since when somebody can lead again: who holds an id and is not about to leave. */
  peopledUs = -Infinity;
  lost: Lost[] = [];
}

/**
 * A crash is detected within 6 s and reassigned within 10 s; a leader is replaced within 13 s, its units within 21 s
 * (PRODUCT, crash recovery). The 21 s hold for all that dies while a new leader is needed, from the death of the last leader. Where all who hold an id are about to leave, nobody can lead until the first of their
 * successors has taken one over: the bounds run from there. Who lives is not declared dead.
 * Not judged: members that freeze, and maps after a restart of the whole cluster, for which `windows.kept` has the bound.
 */
export const recoveryCrash: Rule = rule({
  id: 'recovery.crash',
  title: 'a crashed Defender is replaced in time (10 s; the leader 13 s, its units 21 s)',
  kind: 'safety',
  source: 'PRODUCT crash recovery; defender §2, timelines 3 and 5',
  excuses: [natsImpaired, defendersFrozen, electionAgentImpaired],
  watch({ kernel, history }, ledger) {
    const sides: Record<Colour, Side> = { blue: new Side(), green: new Side() };
    function died(pod: string, timeUs: number): void {
      const holder = roster.holderIn(pod);
      if (holder === undefined) return;
      const { colour, defenderId } = holder;
      const side = sides[colour];
      const wasLeader = side.leader === pod;
      if (wasLeader) {
        side.leader = undefined;
        side.leaderlessUs = timeUs;
        side.leaderDiedUs = timeUs;
      }
      if (roster.isMember(colour, defenderId)) side.lost.push({ defenderId, diedUs: timeUs, wasLeader });
    }
    /** Who drains stands for no election any more. */
    const ending = new Set<string>();
    history.on('shutdown.step', ({ pod }) => {
      ending.add(pod);
    });
    history.on('pod.started', ({ pod }) => {
      ending.delete(pod);
    });
    // Before the roster learns of them: it is asked for what was.
    history.on('pod.ended', (event, timeUs) => died(event.pod, timeUs));
    history.on('pod.restarting', (event, timeUs) => died(event.pod, timeUs));
    history.on('node.down', ({ node }, timeUs) => {
      for (const { pod } of roster.holdersOn(node)) died(pod, timeUs);
    });
    history.on('identity.claimed', ({ colour, defenderId }, timeUs) => {
      const side = sides[colour];
      if (roster.held(colour) === 0) {
        side.peopledUs = timeUs;
        side.leaderlessUs = undefined;
      } else if (
        side.leaderlessUs !== undefined &&
        roster.holdersIn(colour).every(({ pod }) => ending.has(pod))
      ) {
        side.peopledUs = timeUs;
        side.leaderlessUs = timeUs;
      }
      // Whoever holds the id again, nothing of it has to be reassigned.
      side.lost = side.lost.filter((entry) => entry.defenderId !== defenderId);
    });
    const roster = new DefenderRoster(history);
    history.on('leader.lost', ({ colour, pod }, timeUs) => {
      const side = sides[colour];
      if (side.leader !== pod) return;
      side.leader = undefined;
      side.leaderlessUs ??= timeUs;
    });
    history.on('leader.elected', ({ colour, pod }, timeUs) => {
      const side = sides[colour];
      const sinceUs = side.leaderlessUs;
      side.leader = pod;
      side.electedUs = timeUs;
      side.leaderlessUs = undefined;
      if (sinceUs === undefined) return;
      ledger.check();
      const tookMs = (timeUs - sinceUs) / 1000;
      if (tookMs > leaderMs) {
        ledger.violateUnlessExcused(
          `${colour}: a new leader only after ${tookMs.toFixed(0)} ms`,
          timeUs - sinceUs,
          colour,
        );
      }
    });
    history.on('member.dead', ({ colour, defenderId, silentMs }, timeUs) => {
      ledger.check();
      if (silentMs > detectMs + lookMs) {
        ledger.violateUnlessExcused(
          `${defenderId} (${colour}) was declared dead only after ${silentMs} ms of silence`,
          silentMs * 1000,
          colour,
        );
      }
      const holder = roster.holderOf(colour, defenderId);
      if (holder !== undefined && timeUs - holder.sinceUs > lookMs * 1000) {
        ledger.violateUnlessExcused(
          `${defenderId} (${colour}) was declared dead while ${holder.pod} was alive`,
          detectMs * 1000,
          colour,
        );
      }
    });
    function reassigned({ colour, reason, left }: AssignmentChange, timeUs: number): void {
      const side = sides[colour];
      if (side.lost.length === 0) return;
      if (reason === 'cold-start' || reason === 'restart') {
        side.lost = [];
        return;
      }
      const remaining: Lost[] = [];
      for (const entry of side.lost) {
        if (!left.includes(entry.defenderId)) {
          remaining.push(entry);
          continue;
        }
        ledger.check();
        const hadLeader = !entry.wasLeader && side.electedUs < entry.diedUs - freshLeaderUs;
        // A successor that dies before its map leaves the whole way to the next one.
        const sinceUs = hadLeader ? entry.diedUs : Math.max(entry.diedUs, side.leaderDiedUs);
        const tookMs = (timeUs - Math.max(sinceUs, side.peopledUs)) / 1000;
        if (tookMs > (hadLeader ? reassignMs : leaderUnitsMs)) {
          ledger.violateUnlessExcused(
            `${colour}: the units of ${entry.wasLeader ? 'the dead leader ' : ''}${entry.defenderId} were reassigned only after ${tookMs.toFixed(0)} ms`,
            timeUs - entry.diedUs,
            colour,
          );
        }
      }
      side.lost = remaining;
    }
    watchMaps(history, reassigned);
    return {
      finish(): void {
        for (const colour of ['blue', 'green'] as const) {
          if (roster.held(colour) === 0) continue;
          const side = sides[colour];
          for (const entry of side.lost) {
            const sinceUs = kernel.nowUs - Math.max(entry.diedUs, side.peopledUs);
            if (sinceUs / 1000 <= leaderUnitsMs) continue;
            ledger.check();
            ledger.violate(
              `${colour}: ${entry.defenderId} died ${(sinceUs / 1000).toFixed(0)} ms before the end and its units were never reassigned`,
              entry.diedUs,
            );
          }
        }
      },
    };
  },
});
