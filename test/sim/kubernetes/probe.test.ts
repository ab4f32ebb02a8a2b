import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../../sim/kernel/index.ts';
import type { ProbeSpec } from '../../../sim/kubernetes/index.ts';
import { Probe, type ProbeAnswer } from '../../../sim/kubernetes/probe.ts';
import { app, minute, second, Testbed } from './testbed.ts';

interface Change {
  readonly atMs: number;
  readonly answer: ProbeAnswer;
}

type Result = readonly [timeMs: number, successful: boolean];

/** What the kubelet thinks, when every single probe is sent. */
function everyProbe(spec: ProbeSpec, initial: boolean, changes: readonly Change[], endMs: number): Result[] {
  const results: Result[] = [];
  let successful = initial;
  let failures = initial ? 0 : spec.failureThreshold;
  for (let probeMs = spec.initialDelayMs; probeMs <= endMs; probeMs += spec.periodMs) {
    const past = changes.filter((change) => change.atMs <= probeMs);
    const answer = past.at(-1)?.answer ?? (initial ? 'success' : 'failure');
    if (answer === 'success') {
      failures = 0;
      if (!successful) results.push([probeMs, true]);
      successful = true;
    } else if (++failures >= spec.failureThreshold && successful) {
      successful = false;
      results.push([probeMs, false]);
    }
  }
  return results;
}

describe('probe', () => {
  test('without an event a probe, the kubelet sees what it would see with every probe', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          initialDelayMs: fc.integer({ min: 0, max: 20_000 }),
          periodMs: fc.integer({ min: 500, max: 10_000 }),
          failureThreshold: fc.integer({ min: 1, max: 4 }),
        }),
        fc.boolean(),
        fc.uniqueArray(fc.integer({ min: 1, max: 120_000 }), { maxLength: 25 }),
        async (chosen, initial, times) => {
          const spec: ProbeSpec = { ...chosen, timeoutMs: 0 };
          const ordered = times.toSorted((left, right) => left - right);
          const changes = ordered.map((atMs, index): Change => {
            const good = index % 2 === (initial ? 1 : 0);
            return { atMs, answer: good ? 'success' : 'failure' };
          });
          const kernel = new Kernel({ seed: 1n });
          const seen: Result[] = [];
          const probe = new Probe(kernel, spec, initial, (good) => seen.push([kernel.nowUs / 1000, good]));
          for (const { atMs, answer } of changes) {
            kernel.at(atMs * 1000, (target: Probe, text: ProbeAnswer) => target.answer(text), probe, answer);
          }
          await kernel.run(200_000_000);
          expect(seen).toEqual(everyProbe(spec, initial, changes, 200_000));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('readiness turns at the next probe to true, after three failures to false', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(
      app({
        start: (pod) => {
          pod.process.after(12_000, () => pod.processPort.setReady(true));
          pod.process.after(53_000, () => pod.processPort.setReady(false));
        },
      }),
    );
    await bed.runTo(2 * minute);
    const startedMs = bed.of('pod.started')[0]?.timeMs ?? NaN;
    expect(bed.of('pod.ready').map((event) => event.timeMs - startedMs)).toEqual([20_000]);
    expect(bed.of('pod.unready').map((event) => event.timeMs - startedMs)).toEqual([80_000]);
  });

  test('a process that says it is not alive is stopped and started again in its pod', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(
      app({
        start: (pod) => {
          const port = pod.processPort;
          port.setReady(true);
          port.onTerminate(() => pod.process.after(1_000, () => port.exit(0)));
          if (pod.restarts === 0) pod.process.after(15_000, () => port.setAlive(false));
        },
      }),
    );
    await bed.runTo(2 * minute);
    const startedMs = bed.of('pod.started')[0]?.timeMs ?? NaN;
    expect(bed.of('pod.restarting')).toMatchObject([{ how: 'exited', backoffMs: 0 }]);
    expect(bed.of('pod.restarting')[0]?.timeMs).toBeGreaterThanOrEqual(startedMs + 41_000);
    expect(bed.of('pod.restarting')[0]?.timeMs).toBeLessThanOrEqual(startedMs + 42_000);
    expect(bed.of('pod.ended')).toEqual([]);
    expect(bed.firstPod().restarts).toBe(1);
  });

  test('a frozen process loses readiness and then its life; a short freeze is not seen', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 2 }));
    await bed.runTo(20 * second);
    const [long, short] = bed.kubernetes.pods();
    bed.kubernetes.freezePod(long?.name ?? '');
    bed.kubernetes.freezePod(short?.name ?? '');
    await bed.runFor(12 * second);
    bed.kubernetes.resumePod(short?.name ?? '');
    await bed.runFor(30 * second);
    expect(bed.of('pod.unready')).toMatchObject([{ pod: long?.name }]);
    await bed.runFor(minute);
    expect(bed.of('pod.restarting')).toMatchObject([{ pod: long?.name, how: 'grace-expired' }]);
    expect(short?.restarts).toBe(0);
  });
});
