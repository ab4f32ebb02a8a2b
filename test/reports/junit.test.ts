import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { junitReport } from '../../reports/junit.ts';
import type { RunResult } from '../../scenarios/run-result.ts';
import { failedResult, result } from './fixture.ts';

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly failure?: { readonly type: string; readonly message: string; readonly '#text'?: string };
  readonly skipped?: { readonly message: string };
  readonly 'system-out'?: string;
}

interface Suite {
  readonly name: string;
  readonly tests: string;
  readonly failures: string;
  readonly skipped: string;
  readonly testcase: readonly Case[];
  readonly properties: { readonly property: readonly { readonly name: string; readonly value: string }[] };
}

function parsed(results: readonly RunResult[]): readonly Suite[] {
  const xml = junitReport(results);
  expect(XMLValidator.validate(xml)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (name) => ['testsuite', 'testcase', 'property'].includes(name),
    parseTagValue: false,
  });
  const { testsuites } = parser.parse(xml) as { testsuites: { testsuite?: readonly Suite[] } };
  return testsuites.testsuite ?? [];
}

describe('JUnit', () => {
  test('a case a rule; the seed stands in the properties, never in a name', () => {
    const [suite] = parsed([failedResult(), result({ seed: '0x2' })]);
    expect(suite).toMatchObject({
      name: 'scenarios/catalog/storm.ts',
      tests: '3',
      failures: '1',
      skipped: '1',
    });
    expect(suite?.testcase.map((entry) => [entry.classname, entry.name])).toEqual([
      ['scenarios.storm', 'effect.exactly-once what effect.exactly-once asks for'],
      ['scenarios.storm', 'rollback.bound what rollback.bound asks for'],
      ['scenarios.storm', 'every run is known and repeatable'],
    ]);
    expect(suite?.properties.property.find(({ name }) => name === 'seeds')?.value).toBe('0x1 0x2');
  });

  test('a broken rule is a failure with its text, safe for XML, and the line that runs it again', () => {
    const [suite] = parsed([failedResult()]);
    const [broken] = suite?.testcase ?? [];
    expect(broken?.failure?.type).toBe('effect.exactly-once');
    expect(broken?.failure?.message).toBe(
      'effect.exactly-once: tool-0007/3 & <b>"two"</b> results | red  end',
    );
    expect(broken?.failure?.['#text']).toContain('t=75.500 s, event #999: tool-0007/3');
    expect(broken?.['system-out']).toBe('npm run scenario -- run storm --seed 0x1 --set tools=20');
  });

  test('a rule that was never at risk, and a run that is unknown, are skipped', () => {
    const [suite] = parsed([result({ verdict: 'unknown', reasons: ['limit: "too" many events'] })]);
    expect(suite?.testcase.map((entry) => entry.skipped?.message)).toEqual([
      undefined,
      'nothing put this rule at risk',
      'unknown: 0x1: limit: "too" many events',
    ]);
  });

  test.each(['nondeterministic', 'failed'] as const)(
    'a run that is %s without a broken rule is a failure',
    (verdict) => {
      const [suite] = parsed([result({ verdict, reasons: ['no-progress: at 3 s'] })]);
      expect(suite?.failures).toBe('1');
      expect(suite?.testcase.at(-1)?.failure).toMatchObject({
        type: verdict,
        message: '0x1: no-progress: at 3 s',
      });
    },
  );

  test('of nothing is a document without suites', () => {
    expect(parsed([])).toEqual([]);
  });
});
