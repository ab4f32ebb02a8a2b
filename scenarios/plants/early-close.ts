import type { Plant } from './plant.ts';

/** Breaks `ingest.seamless`. */
export const earlyClose: Plant = {
  name: 'early-close',
  summary: 'a collector stops to listen at SIGTERM, while gateways still send to it',
  rule: 'ingest.seamless',
  scenario: 'rolling-update',
  overrides: { tools: '150', minutes: '30' },
  customisation: { collector: (settings) => ({ ...settings, lameDuckMs: 0 }) },
};
