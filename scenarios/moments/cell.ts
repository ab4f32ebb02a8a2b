import { moments } from '../../chaos/moment.ts';
import { RandomStream } from '../../sim/kernel/index.ts';
import { stagesFor, type Stage } from './stage.ts';
import { isStrike, type Strike, type StrikeTime } from './strike.ts';
import type { MomentColumns } from '../observers/moments.ts';

/** One pair of a moment and what strikes at it. */
export interface Cell {
  readonly moment: string;
  readonly strike: Strike;
}

/** A cell as one run plays it. */
export interface PlayedCell {
  readonly strike: Strike;
  readonly time: StrikeTime;
  readonly stage: Stage;
}

/** Passed in the pod that leads, whatever the stage. */
const ofTheLeader = [
  'lock.won',
  'heartbeat.missed',
  'member.declared-dead',
  'window.opened',
  'map.computed',
  'map.published',
];
const leaving = ['drain.started', 'drain.in-flight', 'id.released'];

/** Why a cell cannot be reached, or means nothing; undefined where it can be and does. */
export function whyUnreachable(moment: string, { name, target }: Strike): string | undefined {
  if (name === 'pod.kill delete' && leaving.includes(moment)) return 'the pod is being deleted already';
  if (target === 'leader' && ofTheLeader.includes(moment)) return 'it is the leader that passes it';
  return undefined;
}

/**
 * All cells that can be reached, in an order in which neighbours differ in both: as many seeds in a row as there are
 * moments pass each moment once.
 */
export function reachableCells(strikes: readonly Strike[]): readonly Cell[] {
  return strikes.flatMap((_, shift) =>
    moments.flatMap(({ name }, row) => {
      const strike = strikes[(shift + row) % strikes.length];
      return strike === undefined || whyUnreachable(name, strike) !== undefined
        ? []
        : [{ moment: name, strike }];
    }),
  );
}

const delaysMs = [0, 0, 1, 5, 50, 500, 2000];
const latestOccurrence = 3;

/**
 * The cell of a seed: seeds count through all cells, beginning with 1. The first round strikes at the first occurrence, at
 * once; each further round takes the next stage on which the moment comes, and draws occurrence and delay.
 */
export function cellOf(seed: bigint, strikes: readonly Strike[]): PlayedCell {
  const cells = reachableCells(strikes);
  const count = BigInt(cells.length);
  const index = seed === 0n ? count - 1n : seed - 1n;
  const cell = cells[Number(index % count)];
  const round = index / count;
  if (cell === undefined) throw new RangeError(`seed ${seed} has no cell`);
  const stages = stagesFor(cell.moment, cell.strike.target === 'leader');
  const stage = stages[Number(round % BigInt(stages.length))];
  if (stage === undefined) throw new RangeError(`${cell.moment} has no stage`);
  const random = new RandomStream(seed, 'moment-grid', cell.moment);
  const occurrence = round === 0n ? 1 : random.integer(1, latestOccurrence);
  const delayMs = round === 0n ? 0 : (delaysMs[random.integer(0, delaysMs.length - 1)] ?? 0);
  return {
    strike: cell.strike,
    stage,
    time: { moment: cell.moment, occurrence, delayMs, waitFromMs: stage.waitFromMs },
  };
}

/** The grid that runs of these cells fill. */
export function columnsOf(strikes: readonly Strike[]): MomentColumns {
  return {
    names: strikes.map(({ name }) => name),
    columnOf: (fault) => strikes.find((strike) => isStrike(strike, fault))?.name,
    unreachable: (moment) =>
      Object.fromEntries(
        strikes.flatMap((strike) => {
          const why = whyUnreachable(moment, strike);
          return why === undefined ? [] : [[strike.name, why]];
        }),
      ),
  };
}
