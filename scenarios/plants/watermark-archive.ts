import type { Plant } from './plant.ts';

/** Breaks `archive.complete`. */
export const watermarkArchive: Plant = {
  name: 'watermark-archive',
  summary: 'the archive job remembers only how far it got, so that late charts are never copied',
  rule: 'archive.complete',
  scenario: 'cassandra-archive',
  overrides: {},
  pattern: 'watermark',
  customisation: {},
};
