import type { CqlConnector } from '../../system/ports/cql.ts';
import { tchartTable } from '../../system/ports/tables.ts';
import type { Plant } from './plant.ts';

/** Every tenth look for a T-chart finds no rows. */
function forgetful(connector: CqlConnector): CqlConnector {
  return {
    async connect(name) {
      const session = await connector.connect(name);
      let reads = 0;
      return {
        async execute(statement, values, options) {
          const result = await session.execute(statement, values, options);
          const isForgotten =
            statement.kind === 'select' && statement.table === tchartTable && ++reads % 10 === 0;
          return isForgotten ? { rows: [] } : result;
        },
      };
    },
  };
}

/** Breaks `dead-letter.last-resort`. */
export const hastyBurial: Plant = {
  name: 'hasty-burial',
  summary: 'a completion is given up at its first failure, and some reads of T-charts find nothing',
  rule: 'dead-letter.last-resort',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    defender: (settings) => ({ ...settings, maxFailures: 1 }),
    ports: (component, ports) => (component === 'defender' ? { ...ports, cql: forgetful(ports.cql) } : ports),
  },
};
