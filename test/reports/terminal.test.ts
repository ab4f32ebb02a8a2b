import { describe, expect, test } from 'vitest';
import { campaignReport } from '../../reports/campaign.ts';
import { terminalLine, terminalReport } from '../../reports/terminal.ts';
import { failedResult, result } from './fixture.ts';

const plain = { colour: false, summary: 'compact' } as const;

describe('the terminal report', () => {
  test('of a run that passed', () => {
    expect(terminalReport(result(), plain)).toMatchSnapshot();
  });

  test('of a run that failed', () => {
    expect(terminalReport(failedResult(), plain)).toMatchSnapshot();
  });

  test('in colour', () => {
    expect(terminalReport(failedResult(), { ...plain, colour: true })).toMatchSnapshot();
  });

  test('without colour holds no control character; with colour only its own', () => {
    const without = terminalReport(failedResult(), { colour: false, summary: 'full' });
    expect(without).toMatch(/^[\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd]*$/u);
    const coloured = terminalReport(failedResult(), { colour: true, summary: 'full' });
    expect(coloured).not.toContain('\u001b[31mred');
    expect(coloured).not.toContain('\u0000');
  });

  test('an unknown verdict says why and never shows as passed', () => {
    const unknown = result({ verdict: 'unknown', reasons: ['goal not reached: a rollback'], goals: [] });
    const text = terminalReport(unknown, plain);
    expect(text).toMatch(/^\? UNKNOWN/);
    expect(text).toContain('█ WHY IT IS NOT KNOWN\n  goal not reached: a rollback');
    expect(terminalLine(unknown, plain)).toMatch(/^ \? storm/);
  });

  test('--summary disabled leaves verdict, reasons, failures and the replay line', () => {
    const text = terminalReport(failedResult(), { colour: false, summary: 'disabled' });
    expect(text).toContain('✗ FAILED');
    expect(text).toContain('replay  npm run scenario -- run storm --seed 0x1');
    expect(text).not.toContain('█ RULES');
  });

  test('--summary full tells what compact leaves out', () => {
    expect(terminalReport(result(), plain)).not.toContain('over, 42 hits');
    expect(terminalReport(result(), { ...plain, summary: 'full' })).toContain('over, 42 hits');
  });
});

describe('the report of a campaign', () => {
  test('groups failures by cause: the worst first, then the most frequent', () => {
    const broken = (seed: string, reason: string) => failedResult({ seed, reasons: [reason] });
    const results = [
      result({ seed: '0x9' }),
      result({ seed: '0x8', verdict: 'unknown', reasons: ['goal not reached: a rollback'] }),
      broken('0x1', 'recovery.crash: defender-blue-9s2kfqx44w-pl7wd took 12.5 s'),
      broken('0x2', 'effect.exactly-once: tool-0012/3 has 2 results (and 4 more)'),
      broken('0x3', 'effect.exactly-once: tool-0007/1 has 3 results'),
      result({
        seed: '0x4',
        verdict: 'nondeterministic',
        reasons: ['two executions differ: 0123456789abcdef'],
      }),
    ];
    expect(campaignReport(results, plain)).toMatchSnapshot();
  });

  test('without failures is the scenario and the counts', () => {
    expect(campaignReport([result(), result({ seed: '0x2' })], plain)).toMatchInlineSnapshot(`
      "storm  2 seeds  2 h 0 min of fab time in 24 s of one core (300 ×, 2,469,134 events)  2 of 4 faults bit
      Runs: 2 passed, 0 unknown, 0 failed, 0 nondeterministic
      "
    `);
  });

  test('of nothing says so', () => {
    expect(campaignReport([], plain)).toBe('Runs: 0 passed, 0 unknown, 0 failed, 0 nondeterministic\n');
  });
});
