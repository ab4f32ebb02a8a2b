import { assignByModulo as byModulo } from './modulo.ts';
import type { Plant } from './plant.ts';

/** Breaks `movement.bounds`. */
export const moduloAssignment: Plant = {
  name: 'modulo-assignment',
  summary: 'units are dealt out by their number modulo the members',
  rule: 'movement.bounds',
  scenario: 'scaling',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    defender: (settings) => ({ ...settings, policies: { ...settings.policies, assign: byModulo } }),
  },
};
