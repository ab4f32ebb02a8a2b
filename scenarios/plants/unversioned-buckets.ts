import type { Plant } from './plant.ts';

/** Breaks `leadership.fenced`, or whatever else two crews in one set of buckets break first (delivery R96). */
export const unversionedBuckets: Plant = {
  name: 'unversioned-buckets',
  summary: 'both halves of one NATS cluster keep ids, leader and assignments in the same buckets',
  rule: 'liveness.converged',
  scenario: 'variant-single-nats',
  overrides: {},
  customisation: { defender: (settings) => ({ ...settings, bucketSuffix: '' }) },
};
