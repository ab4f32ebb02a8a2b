import { describe, expect, test } from 'vitest';
import { PortError } from '../../../system/ports/errors.ts';
import { HostClock, SimProcess } from '../../../sim/kernel/index.ts';
import { DurableStore } from '../../../sim/kubernetes/index.ts';
import { app, minute, second, Testbed } from './testbed.ts';

function client(bed: Testbed) {
  const host = bed.network.addHost('client');
  const process = new SimProcess(bed.kernel, 'rollout', 'rollout.1', new HostClock(bed.kernel));
  return { host, process, api: bed.kubernetes.orchestratorFor(process, host) };
}

/** Runs the simulation until a promise of it is settled: its value, or the code of its error and the time it took. */
async function outcome<T>(
  bed: Testbed,
  promise: Promise<T>,
): Promise<{ value?: T; code?: string; tookMs: number }> {
  const startMs = bed.nowMs;
  let settled: { value?: T; code?: string; tookMs: number } | undefined;
  promise.then(
    (value) => (settled = { value, tookMs: bed.nowMs - startMs }),
    (error: unknown) => {
      if (!(error instanceof PortError)) throw error;
      settled = { code: error.code, tookMs: bed.nowMs - startMs };
    },
  );
  while (settled === undefined) await bed.runFor(1);
  return settled;
}

describe('orchestrator port', () => {
  test('reads and changes deployments, 5 to 50 ms away', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 2, labels: { role: 'stable' } }));
    await bed.runTo(30 * second);
    const { api } = client(bed);
    const read = await outcome(bed, api.status('app'));
    expect(read.value).toEqual({
      name: 'app',
      image: 'app:1',
      desired: 2,
      updated: 2,
      ready: 2,
      available: 2,
      labels: { role: 'stable' },
    });
    expect(read.tookMs).toBeGreaterThanOrEqual(4);
    expect(read.tookMs).toBeLessThanOrEqual(51);
    await outcome(bed, api.scale('app', 3));
    await outcome(bed, api.setImage('app', 'app:2'));
    await bed.runFor(minute);
    expect(bed.kubernetes.pods().map((pod) => pod.image)).toEqual(['app:2', 'app:2', 'app:2']);
    expect(bed.of('deployment.changed').map((event) => event.by)).toEqual(['rollout', 'rollout']);
  });

  test('says what does not exist and what makes no sense', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app());
    const { api } = client(bed);
    expect((await outcome(bed, api.status('other'))).code).toBe('not-found');
    expect((await outcome(bed, api.scale('app', -1))).code).toBe('invalid');
    expect((await outcome(bed, api.setImage('app', ''))).code).toBe('invalid');
  });

  test('a cut to the API server is a time-out; a cut of the way back leaves the change done', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app());
    const { api, host } = client(bed);
    const there = bed.network.impose({ cut: true }, [host], [bed.kubernetes.apiHost]);
    const lost = await outcome(bed, api.scale('app', 5));
    expect(lost.code).toBe('timeout');
    expect(lost.tookMs).toBeCloseTo(10_000, -1);
    expect(bed.kubernetes.status('app').desired).toBe(1);
    bed.network.lift(there);
    bed.network.impose({ cut: true }, [bed.kubernetes.apiHost], [host]);
    expect((await outcome(bed, api.scale('app', 5))).code).toBe('timeout');
    expect(bed.kubernetes.status('app').desired).toBe(5);
  });
});

describe('durable store', () => {
  test('what one process saved the next one of the component loads, and no other component', async () => {
    const bed = new Testbed();
    const store = new DurableStore(bed.kernel);
    const first = client(bed).process;
    const saved = await outcome(bed, store.storeFor('management', first).save('list', '["t-1"]'));
    expect(saved.tookMs).toBeGreaterThanOrEqual(2);
    expect(saved.tookMs).toBeLessThanOrEqual(11);
    first.kill();
    const next = store.storeFor('management', client(bed).process);
    expect((await outcome(bed, next.load('list'))).value).toBe('["t-1"]');
    expect((await outcome(bed, next.load('other'))).value).toBeUndefined();
    const other = store.storeFor('rollout', client(bed).process);
    expect((await outcome(bed, other.load('list'))).value).toBeUndefined();
  });

  test('an outage refuses new calls; a write under way is ambiguous', async () => {
    const bed = new Testbed();
    const store = new DurableStore(bed.kernel, {
      writeLatency: { lowMs: 10, highMs: 10 },
      readLatency: { lowMs: 1, highMs: 1 },
      timeoutMs: 5_000,
    });
    const port = store.storeFor('management', client(bed).process);
    const codeOfSaveCutAfter = async (key: string, cutAfterMs: number) => {
      const saving = outcome(bed, port.save(key, 'x'));
      bed.kernel.after(cutAfterMs * 1000, (target: DurableStore) => target.setOutage(true), store, undefined);
      const { code } = await saving;
      expect((await outcome(bed, port.save(key, 'x'))).code).toBe('unavailable');
      expect((await outcome(bed, port.load(key))).code).toBe('unavailable');
      store.setOutage(false);
      return { code, stored: (await outcome(bed, port.load(key))).value };
    };
    expect(await codeOfSaveCutAfter('early', 2)).toEqual({ code: 'timeout', stored: undefined });
    expect(await codeOfSaveCutAfter('late', 7)).toEqual({ code: 'timeout', stored: 'x' });
  });

  test('who dies before the write reaches the disk has not written', async () => {
    const bed = new Testbed();
    const store = new DurableStore(bed.kernel, {
      writeLatency: { lowMs: 10, highMs: 10 },
      readLatency: { lowMs: 1, highMs: 1 },
      timeoutMs: 5_000,
    });
    for (const [aliveMs, expected] of [
      [3, undefined],
      [7, 'x'],
    ] as const) {
      const { process } = client(bed);
      void store.storeFor(`component-${aliveMs}`, process).save('key', 'x');
      await bed.runFor(aliveMs);
      process.kill();
      await bed.runFor(second);
      const reader = store.storeFor(`component-${aliveMs}`, client(bed).process);
      expect((await outcome(bed, reader.load('key'))).value).toBe(expected);
    }
  });
});
