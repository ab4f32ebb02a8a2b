import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { RunRequest } from '../../scenarios/run-result.ts';
import { runScenario } from '../../scenarios/runner.ts';

const request: RunRequest = { scenario: 'storm', seed: 7n, overrides: { tools: '60', minutes: '40' } };

function inWorker(): Promise<string> {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.runner)
      .then(({ runScenario }) => runScenario(workerData.request))
      .then((result) => parentPort.postMessage(result.fingerprint));
  `;
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, {
      eval: true,
      workerData: { runner: new URL('../../scenarios/runner.ts', import.meta.url).href, request },
    });
    worker.once('message', (fingerprint: string) => {
      resolve(fingerprint);
      void worker.terminate();
    });
    worker.once('error', reject);
  });
}

describe('determinism', () => {
  test(
    'a seed gives one fingerprint: again in this process, traced, and on a worker',
    { timeout: 120_000 },
    async () => {
      const first = await runScenario(request);
      const again = await runScenario(request);
      expect(again.checkpoints).toEqual(first.checkpoints);
      expect(again.fingerprint).toBe(first.fingerprint);
      const traced = await runScenario(request, { trace: () => undefined });
      expect(traced.fingerprint).toBe(first.fingerprint);
      expect(await inWorker()).toBe(first.fingerprint);
    },
  );

  test('another seed gives another one', { timeout: 120_000 }, async () => {
    const first = await runScenario(request);
    const other = await runScenario({ ...request, seed: 8n });
    expect(other.fingerprint).not.toBe(first.fingerprint);
  });

  test('the plan that was drawn, given as a plan, replays the run', { timeout: 120_000 }, async () => {
    const first = await runScenario(request);
    const replayed = await runScenario({ ...request, plan: first.plan });
    expect(replayed.fingerprint).toBe(first.fingerprint);
  });
});
