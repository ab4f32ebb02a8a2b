import { describe, expect, test } from 'vitest';
import { result } from '../../reports/fixture.ts';
import { runScenario } from '../../../scenarios/runner.ts';
import type { RunResult } from '../../../scenarios/run-result.ts';
import type { Design } from '../../../scenarios/studies/design-setting.ts';
import {
  rebalanceCell,
  studyCsv,
  studyRequests,
  studyTable,
} from '../../../scenarios/studies/rebalance-study.ts';

const base = { scenario: 'rebalance-study', overrides: { tools: '40', defenders: '6', minutes: '20' } };

async function play(design: Design): Promise<RunResult[]> {
  const results: RunResult[] = [];
  for (const request of studyRequests(base, [design], [3n])) results.push(await runScenario(request));
  return results;
}

describe('the study of rebalances', () => {
  test('asks for each design with the same seeds', () => {
    const requests = studyRequests(base, [{ heartbeatMs: 1 }, { heartbeatMs: 2 }], [7n, 8n]);
    expect(requests.map(({ design, seed }) => [design?.['heartbeatMs'], seed])).toEqual([
      [1, 7n],
      [1, 8n],
      [2, 7n],
      [2, 8n],
    ]);
  });

  test('shows what slower heartbeats cost and save, the same every time', { timeout: 120_000 }, async () => {
    const fastDesign = { heartbeatMs: 1_000 };
    const fast = rebalanceCell(fastDesign, await play(fastDesign));
    const slow = rebalanceCell({ heartbeatMs: 4_000 }, await play({ heartbeatMs: 4_000 }));
    expect(fast.recoveries).toBeGreaterThan(1);
    expect(slow.recoveryMeanMs).toBeGreaterThan(1.5 * fast.recoveryMeanMs);
    expect(slow.falseEmergencies).toBeLessThan(fast.falseEmergencies);
    expect(slow.natsWritesPerSecond).toBeLessThan(fast.natsWritesPerSecond / 2);
    expect(rebalanceCell(fastDesign, await play(fastDesign))).toEqual(fast);
  });

  test('a longer ack wait keeps what was in work waiting longer', { timeout: 120_000 }, async () => {
    const brief = rebalanceCell({}, await play({ ackWaitMs: 8_000 }));
    const long = rebalanceCell({}, await play({ ackWaitMs: 60_000 }));
    expect(brief.redeliveries).toBeGreaterThan(0);
    expect(long.settledMaxMs).toBeGreaterThan(brief.settledMaxMs + 20_000);
  });

  test('writes one line a design', () => {
    const cell = rebalanceCell({ ackWaitMs: 1, heartbeatMs: 2 }, [
      {
        ...result(),
        verdict: 'failed',
        virtualUs: 2e6,
        figures: { 'study.recoveries': 2, 'study.recoveryTotalMs': 9, 'study.natsCalls': 5 },
      },
    ]);
    const [header, line] = studyCsv([cell]).split('\n');
    expect(header).toMatch(/^ackWaitMs,heartbeatMs,runs,runsBroken,recoveries,recoveryMeanMs,/);
    expect(line).toBe('1,2,1,1,2,5,0,0,0,0,0,0,0,0,2.50,0.00');
    expect(studyTable([cell]).split('\n')).toHaveLength(4);
  });
});
