import { describe, expect, test } from 'vitest';
import { app, minute, second, Testbed } from './testbed.ts';

describe('life of a pod', () => {
  test('a deployment becomes pods that are ready, and endpoints a little later', async () => {
    const bed = new Testbed();
    bed.kubernetes.deploy(app({ replicas: 3, environment: { COLOUR: 'blue' } }));
    await bed.runTo(10 * second);
    expect(bed.kubernetes.status('app')).toMatchObject({ desired: 3, updated: 3, ready: 3, available: 3 });
    const pods = bed.kubernetes.pods({ deployment: 'app' });
    expect(bed.kubernetes.endpoints('app')).toEqual(pods.map((pod) => pod.host));
    expect(new Set(pods.map((pod) => pod.node?.name)).size).toBe(3);
    expect(bed.firstPod().processPort.environment['COLOUR']).toBe('blue');
    expect(bed.kubernetes.endpoints(bed.firstPod().name)).toEqual([bed.firstPod().host]);
    expect(bed.kubernetes.endpoints('nobody')).toEqual([]);
  });
});
