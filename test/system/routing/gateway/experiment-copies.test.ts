import { describe, expect, test } from 'vitest';
import { ingestMethods } from '../../../../system/ports/ingest.ts';
import {
  copiesMetric,
  defaultExperimentCopies,
  type ExperimentCopySettings,
} from '../../../../system/routing/gateway/experiment-copies.ts';
import { Fab } from '../fakes/fab.ts';
import type { FakeProcess } from '../fakes/process.ts';
import { seriesKey } from '../fakes/world.ts';

async function gatewayWith(
  change: Partial<ExperimentCopySettings> = {},
): Promise<{ readonly fab: Fab; readonly gateway: FakeProcess }> {
  const fab = new Fab(20);
  fab.startManagement();
  await fab.world.time.advance(100);
  const experimentCopies = { ...defaultExperimentCopies, ...change };
  const gateway = fab.startGateway('gateway-0', { experimentCopies });
  await fab.world.time.advance(1000);
  return { fab, gateway };
}

function send(gateway: FakeProcess, tool: string, method: string = ingestMethods.send): void {
  const call = { method, metadata: { 'tool-id': tool }, request: { tool }, deadlineMs: 5000 };
  gateway.rpcServers.get(9000)?.[method]?.(call, () => undefined);
}

const copies = (fab: Fab): readonly string[] =>
  fab.world.collected.filter(({ target }) => target.startsWith('experiment-')).map(({ target }) => target);

const counted = (fab: Fab, experiment: string, code: string): number | undefined =>
  fab.world.counters.get(seriesKey(copiesMetric, { experiment, code }));

describe('copies for an experiment', () => {
  test('go to both sides, marked, after the original has gone to its colour', async () => {
    const { fab, gateway } = await gatewayWith();
    send(gateway, 'T0001');
    await fab.world.time.advance(500);
    expect(fab.world.collected.map(({ target }) => target)).toEqual([
      'collector-blue:9000',
      'experiment-collector-baseline:9000',
      'experiment-collector-candidate:9000',
    ]);
    expect(fab.world.collected.map(({ metadata }) => metadata['x-shadow-request'])).toEqual([
      undefined,
      'true',
      'true',
    ]);
    expect(counted(fab, 'candidate', 'OK')).toBe(1);
  });

  test('completions are copied and not counted', async () => {
    const { fab, gateway } = await gatewayWith();
    send(gateway, 'T0001', ingestMethods.complete);
    await fab.world.time.advance(500);
    expect(copies(fab)).toHaveLength(2);
    expect(counted(fab, 'candidate', 'OK')).toBe(0);
  });

  test('a side without pods is not asked again for a while, and nothing is counted', async () => {
    const { fab, gateway } = await gatewayWith();
    fab.world.collectorOutcome = { status: 'UNAVAILABLE', message: '', metadata: { sent: 'no' } };
    send(gateway, 'T0001');
    await fab.world.time.advance(500);
    send(gateway, 'T0001');
    await fab.world.time.advance(500);
    expect(copies(fab)).toHaveLength(2);
    await fab.world.time.advance(defaultExperimentCopies.absentMs);
    send(gateway, 'T0001');
    expect(copies(fab)).toHaveLength(4);
    expect(counted(fab, 'baseline', 'UNAVAILABLE')).toBe(0);
  });

  test('are of whole tools, by their share', async () => {
    const { fab, gateway } = await gatewayWith({ toolPercent: 40 });
    for (let tool = 0; tool < 20; tool++) {
      for (let request = 0; request < 3; request++) send(gateway, `T00${String(tool).padStart(2, '0')}`);
    }
    await fab.world.time.advance(500);
    const perTool = copies(fab).length / 6;
    expect(Number.isInteger(perTool)).toBe(true);
    expect(perTool).toBeGreaterThan(2);
    expect(perTool).toBeLessThan(15);
  });

  test('a slow experiment costs copies, not requests', async () => {
    const { fab, gateway } = await gatewayWith({ maxInFlight: 2 });
    fab.world.collectorMs = 10_000;
    for (let request = 0; request < 5; request++) send(gateway, 'T0001');
    await fab.world.time.advance(100);
    expect(copies(fab)).toHaveLength(2);
    expect(fab.world.collected).toHaveLength(7);
  });
});
