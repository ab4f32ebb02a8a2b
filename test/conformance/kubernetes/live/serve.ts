import { once } from 'node:events';
import { ControlPlane } from './control-plane.ts';
import { FakeKubelet } from './fake-kubelet.ts';
import { Informer } from './informer.ts';
import type { KubePod } from './objects.ts';

const nodeCount = 4;

/** A control plane with fake nodes, for others to use, until SIGTERM or SIGINT. Prints where its kubeconfig is. */
export async function serve(readyAfterMs: number): Promise<void> {
  const plane = await ControlPlane.start();
  const pods = new Informer<KubePod>(plane.api, '/api/v1/pods');
  const kubelet = new FakeKubelet(plane.api, pods, {
    readyAfterMs: () => readyAfterMs,
    holdsTerminating: () => false,
  });
  await pods.start();
  kubelet.start();
  for (let index = 1; index <= nodeCount; index++) {
    await kubelet.addNode({ name: `fake-${index}`, cpuMilli: 64_000, podSlots: 250 });
  }
  console.log(`kubeconfig ${plane.kubeconfigPath}`);
  console.log(`api https://127.0.0.1:${plane.api.port} token ${plane.api.token}`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  kubelet.stop();
  await pods.stop();
  await plane.stop();
}
