import type { Plant } from './plant.ts';

/** Breaks `movement.bounds`. */
export const restlessRing: Plant = {
  name: 'restless-ring',
  summary: 'the ring is seeded anew at every computation, and where a unit was before counts for nothing',
  rule: 'movement.bounds',
  scenario: 'defender-churn',
  overrides: { tools: '150', minutes: '25' },
  customisation: {
    defender(settings) {
      const { assign } = settings.policies;
      let computations = 0;
      return {
        ...settings,
        policies: {
          ...settings.policies,
          assign({ previous, units, ...rest }) {
            // Stands in for the time: it differs from map to map, and a replay meets the same.
            const salt = `${++computations}/${previous?.members.length ?? 0}/`;
            const salted = units.map(({ unit, weight }) => ({ unit: salt + unit, weight }));
            const assignment = assign({ ...rest, units: salted });
            const unitsByMember = [...assignment.unitsByMember].map(
              ([member, held]) => [member, held.map((unit) => unit.slice(salt.length))] as const,
            );
            return { ...assignment, unitsByMember: new Map(unitsByMember) };
          },
        },
      };
    },
  },
};
