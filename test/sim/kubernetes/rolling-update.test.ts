import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  inResizingOrder,
  proportionalSizes,
  resolveFenceposts,
  sizeOfNew,
  sizesOfOld,
} from '../../../sim/kubernetes/rolling-update.ts';
import { app, minute, second, Testbed } from './testbed.ts';

/** delivery 65: replicas, surge, unavailable for 25 % each. */
const vectors: readonly (readonly [replicas: number, surge: number, unavailable: number])[] = [
  [1, 1, 0],
  [2, 1, 0],
  [3, 1, 0],
  [4, 1, 1],
  [5, 2, 1],
  [10, 3, 2],
  [30, 8, 7],
  [50, 13, 12],
];

describe('arithmetic of a rolling update', () => {
  test.each(vectors)('%i replicas: surge %i, unavailable %i', (replicas, surge, unavailable) => {
    expect(resolveFenceposts('25%', '25%', replicas)).toEqual({ surge, unavailable });
  });

  test('both zero would never move', () => {
    expect(resolveFenceposts(0, 0, 3)).toEqual({ surge: 0, unavailable: 1 });
    expect(resolveFenceposts(0, '25%', 3)).toEqual({ surge: 0, unavailable: 1 });
    expect(() => resolveFenceposts(-1, 0, 3)).toThrow(RangeError);
  });

  test('unhealthy old pods go first and cost no availability', () => {
    const fresh = { replicas: 3, available: 0 };
    expect(sizesOfOld(10, 2, fresh, [{ replicas: 10, available: 7 }])).toEqual([8]);
    expect(sizesOfOld(10, 2, { replicas: 3, available: 3 }, [{ replicas: 10, available: 10 }])).toEqual([5]);
  });

  test('above the bound, after a scale-down, the new one neither grows nor shrinks', () => {
    expect(sizeOfNew(10, 3, { replicas: 5, available: 0 }, [{ replicas: 12, available: 12 }])).toBe(5);
    expect(sizeOfNew(10, 3, { replicas: 12, available: 0 }, [{ replicas: 1, available: 1 }])).toBe(10);
  });

  test('from any sizes it ends with the new one alone and never leaves its bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 100 })),
        (desired, surgePercent, unavailablePercent, luck) => {
          const { surge, unavailable } = resolveFenceposts(
            `${surgePercent}%`,
            `${unavailablePercent}%`,
            desired,
          );
          let old = [{ replicas: desired, available: desired }];
          let fresh = { replicas: 0, available: 0 };
          for (let step = 0; step < 1_000; step++) {
            const newSize = sizeOfNew(desired, surge, fresh, old);
            if (newSize === fresh.replicas) {
              const before = old.reduce((sum, set) => sum + set.available, fresh.available);
              const sizes = sizesOfOld(desired, unavailable, fresh, old);
              old = old.map((set, index) => {
                const replicas = sizes[index] ?? 0;
                return { replicas, available: Math.min(set.available, replicas) };
              });
              const after = old.reduce((sum, set) => sum + set.available, fresh.available);
              expect(after).toBeGreaterThanOrEqual(Math.min(before, desired - unavailable));
            }
            fresh = { replicas: newSize, available: fresh.available };
            const total = old.reduce((sum, set) => sum + set.replicas, newSize);
            expect(total).toBeLessThanOrEqual(desired + surge);
            const unready = fresh.replicas - fresh.available;
            const more = unready === 0 ? 0 : Math.max(1, ((luck.next().value ?? 0) % unready) + 1);
            fresh = { replicas: newSize, available: fresh.available + Math.min(more, unready) };
            if (old.every((set) => set.replicas === 0) && fresh.available === desired) return;
          }
          throw new Error('the update does not end');
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a new size in the middle of an update is spread in proportion', () => {
    const sets = [
      { replicas: 8, knownMaximum: 13, created: 0 },
      { replicas: 5, knownMaximum: 13, created: 1 },
    ];
    // 10 → 20 replicas, surge 25 %: 25 pods; 8·25/13 = 15.4, 5·25/13 = 9.6.
    expect(proportionalSizes(20, 5, sets)).toEqual([15, 10]);
    expect(proportionalSizes(5, 2, sets)).toEqual([4, 3]);
    expect(proportionalSizes(0, 0, sets)).toEqual([0, 0]);
  });

  test('proportional sizes always add up to what is allowed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 10 }),
        (replicas, desired, surge) => {
          const total = replicas.reduce((sum, count) => sum + count, 0);
          const sets = inResizingOrder(
            desired,
            surge,
            replicas.map((count, created) => ({ replicas: count, knownMaximum: total, created })),
          );
          const sizes = proportionalSizes(desired, surge, sets);
          expect(sizes.every((size) => size >= 0)).toBe(true);
          const sum = sizes.reduce((left, right) => left + right, 0);
          expect(sum).toBe(desired > 0 ? desired + surge : 0);
        },
      ),
    );
  });
});

describe('a rolling update in the cluster', () => {
  test.each(vectors)(
    '%i replicas: stuck with a bad image at surge %i and unavailable %i',
    async (replicas, surge, unavailable) => {
      const bed = new Testbed();
      bed.kubernetes.deploy(
        app({ replicas, start: (pod) => pod.image === 'app:1' && pod.processPort.setReady(true) }),
      );
      await bed.runTo(30 * second);
      bed.kubernetes.setImage('app', 'app:2', 'test');
      await bed.runFor(2 * minute);
      const pods = bed.kubernetes.pods();
      expect(pods.filter((pod) => pod.image === 'app:1')).toHaveLength(replicas - unavailable);
      expect(pods.filter((pod) => pod.image === 'app:2')).toHaveLength(
        Math.min(replicas, surge + unavailable),
      );
      expect(bed.kubernetes.status('app')).toMatchObject({
        desired: replicas,
        updated: Math.min(replicas, surge + unavailable),
        ready: replicas - unavailable,
      });
      expect(bed.of('update.completed')).toEqual([]);
      // The way back to the old image uses the pods that are still there.
      bed.kubernetes.setImage('app', 'app:1', 'test');
      await bed.runFor(2 * minute);
      expect(bed.kubernetes.status('app')).toMatchObject({ updated: replicas, ready: replicas });
      expect(bed.of('update.completed')).toHaveLength(1);
      expect(bed.of('pod.created').length).toBe(
        replicas + Math.min(replicas, surge + unavailable) + unavailable,
      );
    },
  );

  test.each(vectors)(
    '%i replicas: complete, never more than %i above nor %i below',
    async (replicas, surge, unavailable) => {
      const bed = new Testbed(7n);
      bed.kubernetes.deploy(app({ replicas }));
      await bed.runTo(30 * second);
      bed.kubernetes.setImage('app', 'app:2', 'test');
      let lowest = replicas;
      let highest = 0;
      let highestWithTerminating = 0;
      while (bed.of('update.completed').length === 0 && bed.nowMs < 10 * minute) {
        await bed.runFor(20);
        const pods = bed.kubernetes.pods();
        const active = pods.filter((pod) => !pod.terminating);
        lowest = Math.min(lowest, active.filter((pod) => pod.ready).length);
        highest = Math.max(highest, active.length);
        highestWithTerminating = Math.max(highestWithTerminating, pods.length);
      }
      expect(lowest).toBe(replicas - unavailable);
      expect(highest).toBe(replicas + surge);
      if (replicas >= 4) expect(highestWithTerminating).toBeGreaterThan(replicas + surge);
      expect(bed.of('update.started')).toMatchObject([{ image: 'app:2' }]);
      expect(bed.of('update.completed')[0]?.durationMs).toBeLessThan(3 * minute);
      expect(bed.of('pod.created')).toHaveLength(2 * replicas);
      await bed.runFor(minute);
      expect(bed.kubernetes.pods().map((pod) => pod.image)).toEqual(Array(replicas).fill('app:2'));
    },
  );

  test('a restart with the same image replaces every pod', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 4 }));
    await bed.runTo(30 * second);
    const before = bed.kubernetes.pods();
    bed.kubernetes.restartDeployment('app', 'operator');
    await bed.runFor(2 * minute);
    expect(bed.kubernetes.pods()).toHaveLength(4);
    expect(bed.kubernetes.pods().some((pod) => before.includes(pod))).toBe(false);
    expect(bed.of('deployment.changed')).toMatchObject([{ by: 'operator', image: 'app:1', replicas: 4 }]);
  });

  test('resizing in the middle of an update keeps both templates in proportion', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(
      app({ replicas: 10, start: (pod) => pod.image === 'app:1' && pod.processPort.setReady(true) }),
    );
    await bed.runTo(30 * second);
    bed.kubernetes.setImage('app', 'app:2', 'test');
    await bed.runFor(minute);
    // 8 old and 5 new of 13; 20 replicas and a surge of 5 make 25.
    bed.kubernetes.scale('app', 20, 'test');
    await bed.runFor(minute);
    const active = bed.kubernetes.pods().filter((pod) => !pod.terminating);
    expect(active).toHaveLength(25);
    expect(active.filter((pod) => pod.image === 'app:1')).toHaveLength(15);
  });

  test('scaling up and down', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 30 }));
    await bed.runTo(30 * second);
    bed.kubernetes.scale('app', 45, 'operator');
    await bed.runFor(minute);
    expect(bed.kubernetes.status('app')).toMatchObject({ desired: 45, ready: 45 });
    bed.kubernetes.scale('app', 30, 'operator');
    await bed.runFor(minute);
    expect(bed.kubernetes.pods()).toHaveLength(30);
    bed.kubernetes.scale('app', 0, 'operator');
    await bed.runFor(minute);
    expect(bed.kubernetes.pods()).toEqual([]);
    expect(bed.kubernetes.endpoints('app')).toEqual([]);
    expect(bed.of('deployment.changed').map((event) => event.replicas)).toEqual([45, 30, 0]);
  });

  test('labels are those of the deployment: nothing restarts', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 2, labels: { role: 'canary' } }));
    await bed.runTo(30 * second);
    const events = bed.kernel.events;
    const api = bed.kubernetes.orchestratorFor(bed.firstPod().process, bed.firstPod().host);
    await Promise.all([api.label('app', { role: 'stable' }), bed.runFor(minute)]);
    expect(bed.kubernetes.status('app').labels).toEqual({ role: 'stable' });
    expect(bed.kernel.events - events).toBe(2);
    expect(bed.of('pod.created')).toHaveLength(2);
  });
});

describe('stable names', () => {
  test('an update replaces the pods in place, the highest first, one at a time', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ name: 'gateway', replicas: 3, stableNames: true }));
    await bed.runTo(30 * second);
    const names = (): string[] => bed.kubernetes.pods().map((pod) => pod.name);
    expect(names()).toEqual(['gateway-0', 'gateway-1', 'gateway-2']);
    const uids = new Set(bed.kubernetes.pods().map((pod) => pod.process.uid));
    bed.kubernetes.setImage('gateway', 'app:2', 'test');
    let fewestReady = 3;
    while (bed.of('update.completed').length === 0 && bed.nowMs < 5 * minute) {
      await bed.runFor(100);
      fewestReady = Math.min(fewestReady, bed.kubernetes.status('gateway').ready);
    }
    expect(fewestReady).toBe(2);
    expect(bed.of('pod.terminating').map((event) => event.pod)).toEqual([
      'gateway-2',
      'gateway-1',
      'gateway-0',
    ]);
    expect(names().toSorted((left, right) => left.localeCompare(right))).toEqual([
      'gateway-0',
      'gateway-1',
      'gateway-2',
    ]);
    for (const pod of bed.kubernetes.pods()) expect(uids.has(pod.process.uid)).toBe(false);
  });

  test('scaling down deletes the highest', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ name: 'gateway', replicas: 3, stableNames: true }));
    await bed.runTo(30 * second);
    bed.kubernetes.scale('gateway', 1, 'test');
    await bed.runFor(minute);
    expect(bed.kubernetes.pods().map((pod) => pod.name)).toEqual(['gateway-0']);
  });
});
