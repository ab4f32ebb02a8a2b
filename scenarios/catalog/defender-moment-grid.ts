import { cellOf, columnsOf } from '../moments/cell.ts';
import { plannedStrike } from '../moments/strike.ts';
import { strikes } from '../moments/strikes.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const strikeId = 'strike';

/**
 * One fault at one moment of the Defender protocol: the seed says which, and seeds in a row go through all cells of moments
 * × faults that can be reached (issue 6 §2; defender §7).
 */
export const defenderMomentGrid: Scenario = {
  name: 'defender-moment-grid',
  summary: 'one fault at one named moment; seeds in a row go through every pair of them',
  tags: ['faults', 'defender', 'grid'],
  parameters: parametersOf(12),
  setUp({ minutes, defenders, tools }, seed) {
    const all = strikes(defenders);
    const { strike, time, stage } = cellOf(seed, all);
    const poolSize = stage.poolSize?.(defenders);
    return {
      durationMs: minutes * stage.lengths(tools) * minuteMs,
      bothColours: false,
      fixedFaults: [
        ...fixed(stage.acts(defenders)),
        { id: strikeId, ...plannedStrike(strike, time) },
      ].toSorted((left, right) => left.startMs - right.startMs),
      columns: columnsOf(all),
      ...(poolSize === undefined
        ? {}
        : { customisation: { defender: (settings) => ({ ...settings, poolSize }) } }),
      goals: [
        goal(
          `${strike.name} at ${time.moment}, ${stage.name}`,
          'fault.started',
          ({ id, targets }) => id === strikeId && targets.length > 0,
        ),
        goal('contexts processed', 'completion.acknowledged'),
      ],
    };
  },
};
