import type { RuleOutcome, RunResult } from '../scenarios/run-result.ts';
import { plainText } from './format.ts';

const longestOutput = 64 * 1024;

/**
 * JUnit in the dialect that GitLab, Jenkins and GitHub actions read: one suite a scenario, one case a rule, so that the
 * history of a case goes by its name. The seed is a property, never part of a name.
 */
export function junitReport(results: readonly RunResult[]): string {
  const suites = [...new Set(results.map((result) => result.scenario))].map((scenario) =>
    suite(
      scenario,
      results.filter((result) => result.scenario === scenario),
    ),
  );
  const total = (key: 'tests' | 'failures' | 'skipped'): number =>
    suites.reduce((sum, entry) => sum + entry[key], 0);
  const seconds = results.reduce((sum, result) => sum + result.wallMs / 1000, 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tfdc" tests="${total('tests')}" failures="${total('failures')}" errors="0" skipped="${total('skipped')}" time="${seconds.toFixed(3)}">
${suites.map((entry) => entry.xml).join('\n')}
</testsuites>
`;
}

interface Suite {
  readonly xml: string;
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
}

function suite(scenario: string, results: readonly RunResult[]): Suite {
  const cases = [...ruleCases(scenario, results), verdictCase(scenario, results)];
  const seconds = results.reduce((sum, result) => sum + result.wallMs / 1000, 0);
  const failures = cases.filter((entry) => entry.outcome === 'failure').length;
  const skipped = cases.filter((entry) => entry.outcome === 'skipped').length;
  const properties = [
    ['seeds', results.map((result) => result.seed).join(' ')],
    ['fingerprints', results.map((result) => result.fingerprint).join(' ')],
    ['virtualSeconds', String(Math.round(results.reduce((sum, result) => sum + result.virtualUs / 1e6, 0)))],
    ['events', String(results.reduce((sum, result) => sum + result.events, 0))],
    [
      'faultKinds',
      [...new Set(results.flatMap((result) => result.faults.map((fault) => fault.kind)))]
        .toSorted((left, right) => (left < right ? -1 : 1))
        .join(' '),
    ],
  ];
  const xml = `  <testsuite name="scenarios/catalog/${attribute(scenario)}.ts" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds.toFixed(3)}">
    <properties>
${properties.map(([name, value]) => `      <property name="${name}" value="${attribute(value ?? '')}"/>`).join('\n')}
    </properties>
${cases.map((entry) => entry.xml).join('\n')}
  </testsuite>`;
  return { xml, tests: cases.length, failures, skipped };
}

interface Case {
  readonly xml: string;
  readonly outcome: 'passed' | 'failure' | 'skipped';
}

function ruleCases(scenario: string, results: readonly RunResult[]): Case[] {
  const rules = new Map<string, RuleOutcome[]>();
  for (const result of results) {
    for (const rule of result.rules) rules.set(rule.rule, [...(rules.get(rule.rule) ?? []), rule]);
  }
  return [...rules.values()].map((outcomes) => {
    const [first] = outcomes;
    if (first === undefined) throw new RangeError('a rule without an outcome');
    // What a scenario is known to show is no failure of the build: its case is skipped, and says so.
    const known = results.find(
      (result) => result.knownRed !== undefined && outcomes.some((outcome) => result.rules.includes(outcome)),
    )?.knownRed;
    const violations = results
      .filter((result) => result.knownRed === undefined)
      .flatMap((result) => result.rules.filter((rule) => rule.rule === first.rule))
      .flatMap((outcome) => outcome.violations);
    const knownViolations = outcomes.flatMap((outcome) => outcome.violations).length - violations.length;
    const checked = outcomes.reduce((sum, outcome) => sum + outcome.checked, 0);
    const replays = results
      .filter((result) => result.rules.some((rule) => rule.rule === first.rule && rule.violationCount > 0))
      .map((result) => result.replay);
    if (violations.length > 0) {
      const text = violations.map(
        (violation) =>
          `t=${(violation.timeUs / 1e6).toFixed(3)} s, event #${violation.event}: ${violation.message}`,
      );
      return testCase(
        scenario,
        `${first.rule} ${first.title}`,
        'failure',
        `<failure type="${attribute(first.rule)}" message="${attribute(`${first.rule}: ${violations[0]?.message ?? ''}`)}">${content(text.join('\n').slice(0, longestOutput))}</failure>`,
        replays,
      );
    }
    if (knownViolations > 0 && known !== undefined) {
      return testCase(
        scenario,
        `${first.rule} ${first.title}`,
        'skipped',
        `<skipped message="${attribute(`known red: ${known}`)}"/>`,
        replays,
      );
    }
    if (checked === 0) {
      return testCase(
        scenario,
        `${first.rule} ${first.title}`,
        'skipped',
        '<skipped message="nothing put this rule at risk"/>',
        [],
      );
    }
    return testCase(scenario, `${first.rule} ${first.title}`, 'passed', '', []);
  });
}

/** What is not a rule's matter: a run that is unknown or nondeterministic, or that ended early by a failure of the system. */
function verdictCase(scenario: string, results: readonly RunResult[]): Case {
  const odd = results.filter(
    (result) =>
      result.verdict === 'nondeterministic' ||
      (result.verdict === 'failed' && result.rules.every((rule) => rule.violationCount === 0)),
  );
  const unknown = results.filter((result) => result.verdict === 'unknown');
  const replays = [...odd, ...unknown].map((result) => result.replay);
  if (odd.length > 0) {
    const message = attribute(odd.map((result) => `${result.seed}: ${result.reasons[0] ?? ''}`).join('; '));
    return testCase(
      scenario,
      'every run is known and repeatable',
      'failure',
      `<failure type="${odd[0]?.verdict ?? ''}" message="${message}"/>`,
      replays,
    );
  }
  if (unknown.length > 0) {
    const message = attribute(
      `unknown: ${unknown.map((result) => `${result.seed}: ${result.reasons[0] ?? ''}`).join('; ')}`,
    );
    return testCase(
      scenario,
      'every run is known and repeatable',
      'skipped',
      `<skipped message="${message}"/>`,
      replays,
    );
  }
  return testCase(scenario, 'every run is known and repeatable', 'passed', '', []);
}

function testCase(
  scenario: string,
  name: string,
  outcome: Case['outcome'],
  body: string,
  replays: readonly string[],
): Case {
  const output =
    replays.length === 0
      ? ''
      : `<system-out>${content(replays.join('\n').slice(0, longestOutput))}</system-out>`;
  const open = `    <testcase classname="scenarios.${attribute(scenario)}" name="${attribute(name)}" file="scenarios/catalog/${attribute(scenario)}.ts" time="0.000"`;
  return { outcome, xml: body === '' && output === '' ? `${open}/>` : `${open}>${body}${output}</testcase>` };
}

function content(text: string): string {
  return plainText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return content(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
