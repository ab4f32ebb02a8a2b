import fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestFileBytes } from '../../../scenarios/lint/documents/decode.ts';
import { lint } from '../../../scenarios/lint/lint.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function problemsOf(content: string | Uint8Array, name = 'a.yaml'): readonly string[] {
  const bytes = typeof content === 'string' ? encode(content) : content;
  const outcome = lint([{ name, bytes }]);
  return outcome.problems?.map((problem) => problem.message) ?? [];
}

function findingsOf(content: string): readonly string[] {
  const outcome = lint([{ name: 'a.yaml', bytes: encode(content) }]);
  if (outcome.problems !== undefined) throw new Error(String(outcome.problems[0]));
  return outcome.findings.map((finding) => `${finding.rule}:${finding.place.line}`);
}

const budget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: nats
spec:
  maxUnavailable: 0
`;

test.each([
  ['a tab', 'spec:\n\treplicas: 3\n', /^a\.yaml:2:1: Tabs are not allowed as indentation/],
  ['a duplicate key', 'spec:\n  replicas: 3\n  replicas: 4\n', /^a\.yaml:3:3: Map keys must be unique/],
  ['an unknown anchor', 'spec: *nowhere\n', /^a\.yaml:1:7: .*nowhere/],
  [
    'an unknown kind',
    'apiVersion: argoproj.io/v1alpha1\nkind: Rolout\n',
    /^a\.yaml:2:7: .*did you mean Rollout\?$/,
  ],
  ['an unclosed quote', 'name: "x\nother: 1\n', /^a\.yaml:\d+:\d+: /],
  ['a Helm template', 'spec:\n  replicas: {{ .Values.replicas }}\n', /^a\.yaml:2:\d+: .*helm template/],
  ['a zero byte', 'name: x\0y\n', /^a\.yaml:1:8: a zero byte/],
])('%s: one error with its place', (_, content, message) => {
  const problems = problemsOf(content);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(message);
});

test('wrong encodings', () => {
  expect(problemsOf(Uint8Array.of(0xff, 0xfe, 0x61, 0))).toEqual([
    'a.yaml:1:1: the file is UTF-16; expected UTF-8',
  ]);
  const latin = Uint8Array.of(...encode('name: x\nlabel: '), 0xe9, 10);
  expect(problemsOf(latin)).toEqual(['a.yaml:2:1: not UTF-8; expected UTF-8 text']);
  expect(problemsOf(`\u{feff}${budget}`)).toEqual([]);
  expect(problemsOf('label: \u{fffd}\n')).toEqual([]);
});

test('a file that is too large, and one of a kind nobody knows', () => {
  expect(problemsOf(new Uint8Array(10 * 1024 * 1024).fill(32))).toEqual([
    'a.yaml:1:1: the file has 10.0 MiB; expected 2 MiB at most: split it',
  ]);
  expect(problemsOf('x', 'picture.png')[0]).toMatch(
    /^picture\.png:1:1: cannot tell what this file is; expected/,
  );
});

test('thousands of objects are judged within seconds, more are refused', () => {
  const started = performance.now();
  expect(findingsOf(`---\n${budget}`.repeat(4000))).toHaveLength(4000);
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(problemsOf(`---\n${budget}`.repeat(5001))[0]).toMatch(/more than 5000 objects: lint them in parts$/);
  expect(problemsOf('ls\n'.repeat(5001), 'a.sh')[0]).toMatch(/more than 5000 commands: lint them in parts$/);
});

test('a large file of anything is read within seconds', () => {
  const repeated = (piece: string): string => piece.repeat(Math.floor(largestFileBytes / 4 / piece.length));
  for (const [name, piece] of [
    ['a.sh', '$('],
    ['a.sql', 'SERIAL CREATE TABLE x ('],
    ['a.lua', 'apisix --[['],
    ['a.promql', '('],
    ['a.go', '"'],
  ] as const) {
    const started = performance.now();
    problemsOf(repeated(piece), name);
    expect(performance.now() - started, name).toBeLessThan(10_000);
  }
});

test('several documents, anchors, merge keys and Windows line ends are read', () => {
  expect(findingsOf(`---\na: 1\n---\n${budget}---\n${budget}`)).toEqual(['T14:9', 'T14:16']);
  expect(findingsOf(budget.replaceAll('\n', '\r\n'))).toEqual(['T14:6']);
  const anchored = budget
    .replace('spec:\n', 'x: &x\n  maxUnavailable: 0\nspec:\n  <<: *x\n')
    .replace(/ {2}maxUnavailable: 0\n$/, '');
  expect(findingsOf(anchored)).toEqual(['T14:6']);
});

test('aliases that expand without measure are refused at once', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level++) {
    const alias = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => alias).join(', ')}]`);
  }
  const started = performance.now();
  expect(problemsOf(lines.join('\n'))[0]).toMatch(
    /^a\.yaml:\d+:\d+: more than 200000 values with every alias expanded$/,
  );
  expect(performance.now() - started).toBeLessThan(2000);
});

test('nesting without measure is refused', () => {
  expect(problemsOf('['.repeat(150) + ']'.repeat(150))[0]).toMatch(/^a\.yaml:1:\d+: nested/);
  expect(problemsOf('['.repeat(50_000))).toHaveLength(1);
});

test('every unreadable file is told, and nothing is judged', () => {
  const outcome = lint([
    { name: 'good.yaml', bytes: encode(budget) },
    { name: 'tab.yaml', bytes: encode('a:\n\tb: 1\n') },
    { name: 'kind.yaml', bytes: encode('apiVersion: v1\nkind: Servce\n') },
  ]);
  expect(outcome.problems?.map((problem) => problem.place.file)).toEqual(['tab.yaml', 'kind.yaml']);
});

test('in Markdown a sketch is passed over with a note, a broken manifest is an error', () => {
  const fence = (text: string): Uint8Array => encode(`# A\n\n\`\`\`yaml\n${text}\n\`\`\`\n`);
  const sketch = lint([{ name: 'a.md', bytes: fence('action: "a" | "b"') }]);
  expect(sketch.problems).toBeUndefined();
  expect(sketch.problems === undefined ? sketch.notes : []).toEqual([
    expect.stringMatching(/^a\.md:4:\d+: .*no manifest/),
  ]);
  const broken = lint([{ name: 'a.md', bytes: fence('apiVersion: v1\nkind: Service\nspec: "a" | "b"') }]);
  expect(broken.problems?.[0]?.message).toMatch(/^a\.md:6:\d+: /);
});

test('no text makes the linter throw', () => {
  const pieces = fc.constantFrom(
    'apiVersion: v1\n',
    'kind: Rollout\n',
    'spec:\n',
    '  - ',
    '  ',
    '\t',
    '{',
    '}',
    '[',
    ']',
    '$(',
    ')',
    '"',
    "'",
    '`',
    'kubectl get pods',
    ' | ',
    ' && ',
    'X=',
    '<<EOF\n',
    'CREATE TABLE x (',
    'sum(rate(x[5m]))',
    '\n',
    '*a',
    '&a ',
    '{{',
  );
  const names = fc.constantFrom('a.yaml', 'a.md', 'a.sh', 'a.sql', 'a.lua', 'a.conf', 'a.promql', 'a.go');
  fc.assert(
    fc.property(
      names,
      fc.array(fc.oneof(pieces, fc.string({ maxLength: 6 })), { maxLength: 40 }),
      (name, parts) => {
        const content = parts.join('');
        const outcome = lint([{ name, bytes: encode(name === 'a.md' ? `\`\`\`bash\n${content}` : content) }]);
        for (const problem of outcome.problems ?? []) expect(problem.place.line).toBeGreaterThan(0);
      },
    ),
    { numRuns: 1500 },
  );
});
