import type { Plant } from './plant.ts';

/** Breaks `rebalance.limits`: a traffic shift moves units, since both crews are one to each other (delivery R96). */
export const unversionedBuckets: Plant = {
  name: 'unversioned-buckets',
  summary: 'both halves of one NATS cluster keep ids, leader and assignments in the same buckets',
  rule: 'rebalance.limits',
  scenario: 'variant-single-nats',
  overrides: {},
  customisation: { defender: (settings) => ({ ...settings, bucketSuffix: '' }) },
};
