import type { NatsProfile } from '../../../sim/nats/index.ts';

/** What one measure of a sequence was on real servers whose links were cut in network namespaces. */
export interface MeasuredLinks {
  readonly profile: NatsProfile['version'];
  readonly id: string;
  readonly what: string;
  /** One for each cycle. */
  readonly seconds: readonly number[];
}

/**
 * `npm run conformance -- nats --server V --bands --rows T18,T20 --links namespaces --cycles 10 --clusters 3`, 2026-11-21,
 * on a machine with much other work.
 */
export const measuredLinks: readonly MeasuredLinks[] = [
  {
    profile: '2.12',
    id: 'T18',
    what: 'seconds from the heal to the first',
    seconds: [27.02, 9.57, 10.69, 23.16, 11.31, 10.41, 27.06, 11.49, 10.77, 26.16],
  },
  {
    profile: '2.12',
    id: 'T18',
    what: 'seconds from the heal to all',
    seconds: [27.02, 21.18, 21.7, 23.16, 22.32, 21.74, 27.06, 23.01, 21.19, 26.16],
  },
  {
    profile: '2.12',
    id: 'T20',
    what: 'seconds from the heal until it is noticed',
    seconds: [24.92, 23.75, 25.02, 23.21, 24.43, 26.54, 24.13, 23.81, 25, 28.01],
  },
  {
    profile: '2.12',
    id: 'T20',
    what: 'seconds without acknowledgements',
    seconds: [3.54, 2.23, 1.62, 2.33, 6.61, 0.51, 3.45, 2.12, 1.72, 3.43],
  },
  {
    profile: '2.9.10',
    id: 'T18',
    what: 'seconds from the heal to all',
    seconds: [27.06, 28.73, 29.52, 27.17, 31.13, 30.89, 32.61, 29.1, 27.59, 28.84],
  },
  {
    profile: '2.9.10',
    id: 'T20',
    what: 'seconds from the heal until it is noticed',
    seconds: [24.14, 25.07, 25.95, 23.86, 25.57, 25.61, 24.32, 23.97, 25.08, 24.78],
  },
  {
    profile: '2.9.10',
    id: 'T20',
    what: 'seconds without acknowledgements',
    seconds: [6.66, 6.81, 4.17, 4.42, 11.82, 11.51, 13.71, 4.17, 9.71, 5.48],
  },
];
