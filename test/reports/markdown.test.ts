import { describe, expect, test } from 'vitest';
import { markdownReport } from '../../reports/markdown.ts';
import { failedResult, result, rule } from './fixture.ts';

describe('the Markdown summary', () => {
  test('of a failure', () => {
    expect(markdownReport([failedResult(), result({ seed: '0x2' })])).toMatchSnapshot();
  });

  test('stays under 200 KiB, verdict and rules first, whatever failed', () => {
    const results = Array.from({ length: 3000 }, (_, index) => {
      const message = `cause ${String.fromCodePoint(0x4e00 + index)} ${'long '.repeat(5000)}`;
      const violation = { rule: 'a.b', message, timeUs: 1, event: 1, faults: [] };
      return failedResult({
        seed: `0x${index.toString(16)}`,
        reasons: [`a.b: ${message}`],
        rules: [rule('a.b', { violations: [violation], violationCount: 1 })],
      });
    });
    const text = markdownReport(results);
    expect(Buffer.byteLength(text)).toBeLessThan(200 * 1024);
    expect(Buffer.byteLength(text)).toBeGreaterThan(100 * 1024);
    expect(text).toMatch(/^## tFDC: 3000 failed\n/);
    expect(text).toContain('### Not passed, by cause');
    expect(text).toMatch(/\*Shortened: the rest is in results\.json\.\*\n$/);
  });

  test('lets nothing of a message become markup', () => {
    const text = markdownReport([failedResult()]);
    expect(text).toContain('tool-0007/3 &amp; &lt;b>"two"&lt;/b> results \\| red  end');
    expect(text).not.toContain('<b>');
  });

  test('of nothing says so', () => {
    expect(markdownReport([])).toMatch(/^## tFDC: no run was finished\n/);
  });
});
