import { colours, type Colour } from '../../system/ports/colour.ts';
import { defendersFrozen, natsImpaired } from './excuses.ts';
import { OwnershipBook, type OwnershipEnd } from './ownership.ts';
import { rule, type Rule, type RuleLedger } from './rule.ts';

const secondUs = 1_000_000;
/** The dead leader's own units are reassigned within 21 s; the new owner sees the map at the latest by its next read (every 10 s). */
const unownedUs = 31 * secondUs;
/** What was given up in order waits this long for a map; a leader that dies then is one to be replaced as well. */
const windowUs = 10 * secondUs;
/** A restart of the cluster waits out a new leader, a hold-off of 15 s and a window of 30 s. */
const unownedInRestartUs = 120 * secondUs;
/** Fewer live members than this, after a map of many, are a restart (defender §3). */
const restartAlive = 5;
/** The old owner sees the new map at the latest by its next read (every 10 s); one that drains lets go within 18 s. */
const sharedUs = 25 * secondUs;

interface UnitState {
  owners: number;
  /** Since when nobody, or more than one, owns it; undefined while one does. */
  sinceUs: number | undefined;
  /** Its last owner left in order. */
  isLeft: boolean;
  /** There was a restart of the cluster while nobody owned it. */
  inRestart: boolean;
}

/**
 * After its first map every unit has one live owner: none for no longer than a fail-over takes, two for no longer than it
 * takes the old one to see the new map (PRODUCT, crash recovery; defender §2, §3, §5). What was left in order and then meets
 * a new leader waits for its window as well: 41 s.
 */
export const ownershipCovered: Rule = rule({
  id: 'ownership.covered',
  title: 'every unit has one live owner (two for 25 s, none for 31 s, or 41 s after a leave)',
  kind: 'liveness',
  source: 'PRODUCT crash recovery; defender §3, §5; issue 6',
  excuses: [natsImpaired, defendersFrozen],
  watch({ kernel, history }, ledger) {
    const sides: Record<Colour, Map<string, UnitState>> = { blue: new Map(), green: new Map() };
    const replicas: Record<Colour, number | undefined> = { blue: undefined, green: undefined };
    /** Units with no owner, or more than one. */
    const unsettled: Record<Colour, Set<string>> = { blue: new Set(), green: new Set() };
    const electedUs: Record<Colour, number> = { blue: -Infinity, green: -Infinity };
    history.on('leader.elected', ({ colour }, timeUs) => {
      electedUs[colour] = timeUs;
    });
    // A colour that was scaled to nothing owns nothing, and starts as a whole when it is wanted again.
    history.on('deployment.changed', (event, timeUs) => {
      for (const colour of colours) {
        if (event.deployment !== `defender-${colour}`) continue;
        if (replicas[colour] === 0) {
          for (const unit of unsettled[colour]) {
            const state = sides[colour].get(unit);
            if (state === undefined) continue;
            state.sinceUs = timeUs;
            state.inRestart = true;
          }
        }
        replicas[colour] = event.replicas;
      }
    });
    function look(colour: Colour, timeUs: number): void {
      if (replicas[colour] === 0) return;
      for (const unit of unsettled[colour]) {
        const state = sides[colour].get(unit);
        if (state !== undefined) judge(ledger, colour, unit, state, electedUs[colour], timeUs);
      }
    }
    history.on('uchart.stored', ({ colour }, timeUs) => look(colour, timeUs));
    function change(colour: Colour, unit: string, by: 1 | -1, timeUs: number, end: OwnershipEnd): void {
      const units = sides[colour];
      const state = units.get(unit) ?? { owners: 0, sinceUs: undefined, isLeft: false, inRestart: false };
      units.set(unit, state);
      if (replicas[colour] !== 0) judge(ledger, colour, unit, state, electedUs[colour], timeUs);
      state.owners += by;
      state.isLeft = by === -1 && end === 'leave';
      if (state.owners === 1) {
        state.sinceUs = undefined;
        state.inRestart = false;
        unsettled[colour].delete(unit);
      } else {
        state.sinceUs = timeUs;
        unsettled[colour].add(unit);
      }
    }
    const book = new OwnershipBook(history, {
      changed(colour, _pod, taken, given, timeUs, end) {
        ledger.check(taken.length + given.length);
        for (const unit of taken) change(colour, unit, 1, timeUs, end);
        for (const unit of given) change(colour, unit, -1, timeUs, end);
        if (book.members(colour) >= restartAlive) return;
        for (const state of sides[colour].values()) if (state.owners === 0) state.inRestart = true;
      },
    });
    return {
      finish(): void {
        for (const colour of colours) look(colour, kernel.nowUs);
      },
    };
  },
});

/** Looked at as time goes by, so that only a fault of that time is an excuse; what lasts is judged again. */
function judge(
  ledger: RuleLedger,
  colour: Colour,
  unit: string,
  state: UnitState,
  electedUs: number,
  nowUs: number,
): void {
  if (state.sinceUs === undefined) return;
  const tookUs = nowUs - state.sinceUs;
  const seconds = (tookUs / secondUs).toFixed(1);
  if (state.owners === 0) {
    const waitsUs = state.isLeft && electedUs > state.sinceUs ? windowUs : 0;
    if (tookUs <= (state.inRestart ? unownedInRestartUs : unownedUs + waitsUs)) return;
    ledger.violateUnlessExcused(`${unit} (${colour}) had no live owner for ${seconds} s`, tookUs, colour);
  } else {
    if (tookUs <= sharedUs) return;
    ledger.violateUnlessExcused(
      `${unit} (${colour}) had ${state.owners} live owners for ${seconds} s`,
      tookUs,
      colour,
    );
  }
  state.sinceUs = nowUs;
}
