import type { CqlConnector } from '../../system/ports/cql.ts';
import type { Ports } from '../../system/ports/index.ts';
import { uchartTable } from '../../system/ports/tables.ts';
import type { Plant } from './plant.ts';

function askingBlueFirst(ports: Ports): CqlConnector {
  return {
    async connect(name) {
      const session = await ports.cql.connect(name);
      const blue = await ports.nats.connect({ url: 'nats://nats-blue:4222', name, timeoutMs: 5000 });
      const leader = blue.keyValue('parti-leader');
      return {
        async execute(statement, values, options) {
          if (statement.kind === 'insert' && statement.table === uchartTable) {
            // Nobody to ask: it goes on without, but late.
            const asked = leader.create('green-was-here', new Uint8Array(1)).catch(() => undefined);
            await Promise.race([asked, ports.clock.sleep(6000)]);
          }
          return await session.execute(statement, values, options);
        },
      };
    },
  };
}

/** Breaks `isolation.fault`. */
export const sharedFate: Plant = {
  name: 'shared-fate',
  summary: 'the Defenders of green ask the NATS of blue before they store anything',
  rule: 'isolation.fault',
  scenario: 'release-quiet',
  overrides: { tools: '150', minutes: '70' },
  faults: [
    { id: 'g1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 5 * 60_000 },
    {
      id: 'g2',
      kind: 'nats.partition',
      parameters: { colour: 'blue', scope: 'majority' },
      startMs: 52 * 60_000,
      endMs: 55 * 60_000,
    },
  ],
  customisation: {
    ports: (component, ports, colour) =>
      component === 'defender' && colour === 'green' ? { ...ports, cql: askingBlueFirst(ports) } : ports,
  },
};
