import { learnAll } from '../../charts/strategies/defence.ts';
import type { Limits, Strategy } from '../../charts/strategies/strategy.ts';
import { decodeUChart } from '../../charts/uchart.ts';

/** Limits of all strategies, in their order, from a recipe's qualified charts as they are stored. A pure function. */
export type LearnLimits = (
  recipe: string,
  strategies: readonly Strategy[],
  qualified: readonly Uint8Array[],
) => readonly Limits[];

export const learnLimits: LearnLimits = (_recipe, strategies, qualified) =>
  learnAll(strategies, qualified.map(decodeUChart));
