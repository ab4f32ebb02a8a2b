import type { Colour } from '../../system/ports/colour.ts';
import { natsImpaired } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** Three missed heartbeats of 2 s, seen at the leader's next look, which comes every 2 s. */
const detectMs = 6000;
const lookMs = 2000;
const reassignMs = 10_000;
const leaderMs = 13_000;
const leaderUnitsMs = 21_000;

interface Lost {
  readonly defenderId: string;
  readonly diedUs: number;
  readonly wasLeader: boolean;
}

/** A crash is detected within 6 s and reassigned within 10 s; a leader is replaced within 13 s, its units within 21 s (PRODUCT, crash recovery). */
export const recoveryCrash: Rule = rule({
  id: 'recovery.crash',
  title: 'a crashed Defender is replaced in time (10 s; the leader 13 s, its units 21 s)',
  kind: 'safety',
  source: 'PRODUCT crash recovery; defender §2, timelines 3 and 5',
  excuses: [natsImpaired],
  watch({ kernel, history }, ledger) {
    const holders = new Map<string, { colour: Colour; defenderId: string }>();
    const leaders: Partial<Record<Colour, string>> = {};
    const lost: Record<Colour, Lost[]> = { blue: [], green: [] };
    const leaderless: Partial<Record<Colour, number>> = {};
    const alive: Record<Colour, number> = { blue: 0, green: 0 };
    history.on('identity.claimed', (event) => {
      if (!holders.has(event.pod)) alive[event.colour]++;
      holders.set(event.pod, { colour: event.colour, defenderId: event.defenderId });
      // Whoever holds the id again, nothing of it has to be reassigned.
      lost[event.colour] = lost[event.colour].filter((entry) => entry.defenderId !== event.defenderId);
    });
    history.on('identity.released', (event) => {
      if (holders.delete(event.pod)) alive[event.colour]--;
    });
    history.on('leader.elected', (event, timeUs) => {
      leaders[event.colour] = event.pod;
      const sinceUs = leaderless[event.colour];
      delete leaderless[event.colour];
      if (sinceUs === undefined) return;
      ledger.check();
      const tookMs = (timeUs - sinceUs) / 1000;
      if (tookMs > leaderMs)
        ledger.violateUnlessExcused(
          `${event.colour}: a new leader only after ${tookMs.toFixed(0)} ms`,
          timeUs - sinceUs,
        );
    });
    function died(pod: string, timeUs: number): void {
      const holder = holders.get(pod);
      if (holder === undefined) return;
      holders.delete(pod);
      const { colour, defenderId } = holder;
      alive[colour]--;
      const wasLeader = leaders[colour] === pod;
      if (wasLeader) {
        delete leaders[colour];
        leaderless[colour] = timeUs;
      }
      lost[colour].push({ defenderId, diedUs: timeUs, wasLeader });
    }
    history.on('pod.ended', (event, timeUs) => died(event.pod, timeUs));
    history.on('pod.restarting', (event, timeUs) => died(event.pod, timeUs));
    history.on('member.dead', (event) => {
      ledger.check();
      if (event.silentMs > detectMs + lookMs) {
        ledger.violateUnlessExcused(
          `${event.defenderId} (${event.colour}) was declared dead only after ${event.silentMs} ms of silence`,
          event.silentMs * 1000,
        );
      }
    });
    history.on('assignment.published', (event, timeUs) => {
      if (lost[event.colour].length === 0) return;
      const remaining: Lost[] = [];
      for (const entry of lost[event.colour]) {
        const gone =
          event.left.includes(entry.defenderId) ||
          event.reason === 'cold-start' ||
          event.reason === 'restart';
        if (!gone) {
          remaining.push(entry);
          continue;
        }
        ledger.check();
        const tookMs = (timeUs - entry.diedUs) / 1000;
        const boundMs = entry.wasLeader ? leaderUnitsMs : reassignMs;
        if (tookMs > boundMs) {
          ledger.violateUnlessExcused(
            `${event.colour}: the units of ${entry.wasLeader ? 'the dead leader ' : ''}${entry.defenderId} were reassigned only after ${tookMs.toFixed(0)} ms`,
            timeUs - entry.diedUs,
          );
        }
      }
      lost[event.colour] = remaining;
    });
    return {
      finish(): void {
        for (const colour of ['blue', 'green'] as const) {
          if (alive[colour] === 0) continue;
          for (const entry of lost[colour]) {
            const silentMs = (kernel.nowUs - entry.diedUs) / 1000;
            if (silentMs > leaderUnitsMs) {
              ledger.violate(
                `${colour}: ${entry.defenderId} died ${silentMs.toFixed(0)} ms before the end and its units were never reassigned`,
              );
            }
          }
        }
      },
    };
  },
});
