import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that start real servers, whose answers have to come in time: one after the other, when all else is done. */
const live = [
  'test/chaos/live/**/*.test.ts',
  'test/conformance/nats/**/*.test.ts',
  'test/conformance/cassandra/real-nodes.test.ts',
  'test/system/adapters/**/*.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    pool: 'forks',
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'simulated',
          include: ['test/**/*.test.ts'],
          exclude: live,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'live', include: live, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
