import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeSeries } from '../../../system/charts/series.ts';
import { decodeTChart } from '../../../system/charts/tchart.ts';
import { parseRequestRanges } from '../../../system/ports/ingest-trailers.ts';
import type { PortErrorCode } from '../../../system/ports/errors.ts';
import { CollectorWorld, completeRequest, sendRequest } from './fakes/collector-world.ts';

const failure = fc.option(
  fc.record({
    code: fc.constantFrom<PortErrorCode>('timeout', 'write-timeout', 'unavailable', 'disconnected'),
    applied: fc.boolean(),
  }),
  { nil: undefined, freq: 1 },
);

test('a tool that repeats until it is acknowledged gets every point into one T-chart and one message, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(failure, { maxLength: 30 }),
      fc.array(fc.constantFrom('timeout', 'no-responders', 'staged'), { maxLength: 6 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      async (count, cqlFailures, publishFailures, turns) => {
        const world = new CollectorWorld();
        const pods = [await world.start('blue'), await world.start('blue')];
        let turn = 0;
        const nextPod = () => pods[turns[turn++ % turns.length] === true ? 1 : 0] ?? pods[0];
        world.cql.failure = () => cqlFailures.pop() ?? undefined;
        world.nats.blue.failure = () => {
          const code = publishFailures.pop();
          if (code === undefined) return undefined;
          return code === 'staged' ? { code } : { code, stored: code === 'timeout' };
        };
        const acknowledged = new Set<number>();
        for (let completed = false; !completed;) {
          for (let sequence = 1; sequence <= count; sequence++) {
            const pod = nextPod();
            if (acknowledged.has(sequence) || pod === undefined) continue;
            const { status } = await world.send(pod, sendRequest(sequence), 4_000);
            if (status === 'OK') acknowledged.add(sequence);
          }
          const pod = nextPod();
          if (acknowledged.size < count || pod === undefined) continue;
          const outcome = await world.complete(pod, completeRequest(count), 6_000);
          expect(outcome.status).not.toBe('FAILED_PRECONDITION');
          completed = outcome.status === 'OK';
        }
        const blobs = world.cql.rows('tchart').map((row) => row['payload']);
        expect(decodeTChart(blobs.filter((blob) => blob instanceof Uint8Array))).toEqual(
          mergeSeries(
            Array.from({ length: count }, (_, index) => sendRequest(index + 1)).flatMap((r) => r.metrics),
          ),
        );
        expect(world.nats.blue.messages).toHaveLength(1);
      },
    ),
    { numRuns: 40 },
  );
}, 20_000);

test('whatever is missing is named, and read back by the tool', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 45 })),
      async (count, stored) => {
        const world = new CollectorWorld();
        const pod = await world.start('blue');
        for (const sequence of stored) await world.send(pod, sendRequest(sequence));
        const missing = Array.from({ length: count }, (_, index) => index + 1).filter(
          (sequence) => !stored.includes(sequence),
        );
        const outcome = await world.complete(pod, completeRequest(count));
        if (missing.length === 0) expect(outcome.status).toBe('OK');
        else {
          expect(parseRequestRanges(outcome.metadata['missing-requests'] ?? '', count)).toEqual(missing);
        }
      },
    ),
    { numRuns: 30 },
  );
});
