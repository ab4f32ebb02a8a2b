import { expect, test } from 'vitest';
import { defaultEpochGuardSettings } from '../../../system/collector/epoch-guard.ts';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import type { RpcOutcome } from '../../../system/ports/rpc.ts';
import { CollectorWorld } from './fakes/collector-world.ts';

interface Listed {
  readonly revision: number;
  readonly shrinkRevision: number;
  readonly canaryTools: readonly string[];
}

async function collectorThatHeard(list: Listed | undefined) {
  const world = new CollectorWorld();
  if (list !== undefined) {
    const text = JSON.stringify({ ...list, stableColour: 'blue', canaryColour: 'green' });
    world.management.answer = () => text;
  }
  const guarded = { epochGuard: defaultEpochGuardSettings };
  const pods = { green: await world.start('green', guarded), blue: await world.start('blue', guarded) };
  await world.clock.advance(10);
  return async (colour: 'green' | 'blue', tool: string, epoch: string): Promise<RpcOutcome> =>
    await world.answer(
      // Not a request that could be stored: what the guard lets through is refused as malformed.
      pods[colour].ask(ingestMethods.send, {}, { 'tool-id': tool, 'routing-epoch': epoch }, 1000),
    );
}

const rolledBack: Listed = { revision: 7, shrinkRevision: 7, canaryTools: [] };
const partly: Listed = { revision: 7, shrinkRevision: 7, canaryTools: ['T2'] };

test.each([
  ['an older list than the rollback', rolledBack, 'green', 'T1', '6', 'ABORTED'],
  ['the list of the rollback', rolledBack, 'green', 'T1', '7', 'INVALID_ARGUMENT'],
  ['a later list', rolledBack, 'green', 'T1', '8', 'INVALID_ARGUMENT'],
  ['an empty epoch', rolledBack, 'green', 'T1', '', 'INVALID_ARGUMENT'],
  ['an epoch that is no number', rolledBack, 'green', 'T1', 'x', 'INVALID_ARGUMENT'],
  ['an older list, at the stable colour', rolledBack, 'blue', 'T1', '6', 'INVALID_ARGUMENT'],
  ['an older list, of a tool that stayed in the canary', partly, 'green', 'T2', '6', 'INVALID_ARGUMENT'],
  ['an older list, of a tool that L2 took out', partly, 'green', 'T1', '6', 'ABORTED'],
  [
    'an older list, where nothing was taken out since',
    { ...partly, shrinkRevision: 3 },
    'green',
    'T1',
    '6',
    'INVALID_ARGUMENT',
  ],
  ['an older list, and Management was never heard', undefined, 'green', 'T1', '6', 'INVALID_ARGUMENT'],
] as const)('%s', async (_, list, colour, tool, epoch, status) => {
  const ask = await collectorThatHeard(list);
  expect((await ask(colour, tool, epoch)).status).toBe(status);
});

test('the refusal says where the tool belongs, since when, and who else', async () => {
  const all = await (await collectorThatHeard(rolledBack))('green', 'T1', '6');
  expect(all.metadata).toMatchObject({
    'routing-floor': '7',
    'routing-floor-colour': 'blue',
    'routing-floor-scope': 'every-tool',
  });
  const one = await (await collectorThatHeard(partly))('green', 'T1', '6');
  expect(one.metadata).toMatchObject({ 'routing-floor-scope': 'tool' });
});

test('nonsense of Management changes nothing', async () => {
  const world = new CollectorWorld();
  world.management.answer = () => '<html>';
  const pod = await world.start('green', { epochGuard: defaultEpochGuardSettings });
  await world.clock.advance(10_000);
  const metadata = { 'tool-id': 'T1', 'routing-epoch': '1' };
  expect((await world.answer(pod.ask(ingestMethods.send, {}, metadata, 1000))).status).toBe(
    'INVALID_ARGUMENT',
  );
});
