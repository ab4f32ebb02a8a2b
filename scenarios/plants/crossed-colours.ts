import type { Plant } from './plant.ts';

/** Breaks `isolation.colour`. */
export const crossedColours: Plant = {
  name: 'crossed-colours',
  summary: 'the Defenders of green are pointed at the NATS of blue, and do not check',
  rule: 'isolation.colour',
  scenario: 'nats-storm',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    defender: (settings) => {
      const { expectedClusterName: _unchecked, ...rest } = settings;
      return settings.colour === 'green'
        ? {
            ...rest,
            natsUrl: settings.natsUrl.replace('green', 'blue'),
            expectedClusterName: undefined,
            bucketSuffix: '-astray',
          }
        : settings;
    },
  },
};
