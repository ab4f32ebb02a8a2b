import { describe, expect, test } from 'vitest';
import type { CqlStatement } from '../../../../system/ports/cql.ts';
import type { Ports } from '../../../../system/ports/index.ts';
import { ingestMethods } from '../../../../system/ports/ingest.ts';
import type { RpcHandler, RpcOutcome } from '../../../../system/ports/rpc.ts';
import { alarmTable, chunkTable, qualifiedTable, tables } from '../../../../system/ports/tables.ts';
import { isolatedPorts } from '../../../../system/routing/experiment/isolated-ports.ts';
import {
  experimentIsolation,
  experimentNaming,
  experimentTable,
  isExperimentName,
} from '../../../../system/routing/experiment/isolation.ts';
import { experimentSides } from '../../../../system/routing/experiment/sides.ts';
import { Fab } from '../fakes/fab.ts';

const run = { run: 'release-1-1', side: 'candidate' } as const;

describe('what an experiment makes has names of its own', () => {
  test('and they read back', () => {
    const naming = experimentNaming(run);
    expect(naming.subjects(['dc.>'])).toEqual(['experiment.release-1-1.candidate.dc.>']);
    expect(naming.subject('dc.T1.complete')).toBe('experiment.release-1-1.candidate.dc.T1.complete');
    expect(naming.plainSubject(naming.subject('dc.T1.complete'))).toBe('dc.T1.complete');
    expect(naming.plainName(naming.name('dc-notifications'))).toBe('dc-notifications');
    expect(isExperimentName(naming.bucket('parti-leader'))).toBe(true);
    expect(['dc.>', 'parti-leader', 'chunk_staging', 'experimental'].map(isExperimentName)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('no two sides share a table, and none has a live one but the charts that are only read', () => {
    const all = experimentSides.flatMap((side) => tables.map((table) => experimentTable(table, side).name));
    const own = all.filter((name) => name !== qualifiedTable.name);
    expect(own.every(isExperimentName)).toBe(true);
    expect(new Set(own).size).toBe(2 * (tables.length - 1));
    expect(experimentTable(chunkTable, 'baseline')).toBe(experimentTable(chunkTable, 'baseline'));
  });
});

describe('isolated ports', () => {
  function given(): { readonly ports: Ports; readonly fab: Fab } {
    const fab = new Fab(1);
    const cql = { connect: () => Promise.reject(new Error('no store')) };
    return { ports: { ...fab.world.spawn('experiment-collector-candidate').ports, cql }, fab };
  }

  test('write where live does not read', async () => {
    const { ports } = given();
    const seen: CqlStatement[] = [];
    const cql = {
      connect: () =>
        Promise.resolve({
          execute: (statement: CqlStatement) => {
            seen.push(statement);
            return Promise.resolve({ rows: [] });
          },
        }),
    };
    const session = await isolatedPorts({ ...ports, cql }, run, experimentIsolation).cql.connect('x');
    const options = { consistency: 'QUORUM', idempotent: true, timeoutMs: 1 } as const;
    await session.execute({ kind: 'insert', table: chunkTable }, {}, options);
    await session.execute({ kind: 'insert-if-not-exists', table: alarmTable }, {}, options);
    expect(seen.map(({ table }) => table.name)).toEqual([
      'experiment_candidate_chunk_staging',
      'experiment_candidate_alarm',
    ]);
  });

  test('take copies and refuse originals', () => {
    const { ports } = given();
    let served: Readonly<Record<string, RpcHandler>> = {};
    const rpc = {
      ...ports.rpc,
      serve: (_port: number, methods: typeof served) => {
        served = methods;
        return { close: () => Promise.resolve() };
      },
    };
    const answer: RpcOutcome = { status: 'OK', message: '', metadata: {} };
    isolatedPorts({ ...ports, rpc }, run, experimentIsolation).rpc.serve(9000, {
      [ingestMethods.send]: (_call, reply) => reply(answer),
    });
    const ask = (metadata: Readonly<Record<string, string>>): string => {
      let status = '';
      const call = { method: ingestMethods.send, metadata, request: {}, deadlineMs: 100 };
      served[ingestMethods.send]?.(call, (outcome) => (status = outcome.status));
      return status;
    };
    expect(ask({ 'x-shadow-request': 'true' })).toBe('OK');
    expect(ask({ 'tool-id': 'T1' })).toBe('FAILED_PRECONDITION');
  });

  test('count for no colour', () => {
    const { ports, fab } = given();
    const { telemetry } = isolatedPorts(ports, run, experimentIsolation);
    telemetry.counter('tfdc_contexts_processed_total', { colour: 'green' }).add(3);
    expect([...fab.world.counters]).toEqual([['tfdc_contexts_processed_total{experiment=candidate}', 3]]);
  });
});
