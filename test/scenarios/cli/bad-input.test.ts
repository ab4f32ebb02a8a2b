import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { filesBelow, runScenarioCli, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(folder.path, name), content);
  return name;
}

file('occupied', 'a file where a folder is wanted\n');
const plan = (faults: string): string => `{ "version": 1,\n  "faults": [${faults}] }\n`;
file('kind.json', plan('{ "id": "a", "kind": "nats.partitoin", "startMs": 5 }'));
file(
  'parameter.json',
  plan('{ "id": "a", "kind": "pod.kill", "startMs": 5, "parameters": { "cuont": 1, "how": "gently" } }'),
);
file('cut-off.json', '{ "version": 1, "faults": [');
file('utf-16.json', Buffer.from(`\uFEFF${plan('')}`, 'utf16le'));
file('large.json', '');
truncateSync(join(folder.path, 'large.json'), 2 ** 31);
file('columns.csv', 'wafer,label,s0\n1,normal,1,2\n');
file('nan.csv', 'wafer,label,s0\n1,normal,NaN\n');
file('empty.csv', '');
file('utf-16.csv', Buffer.from('\uFEFFwafer,label,s0\n1,normal,1\n', 'utf16le'));
file('huge.csv', 'wafer,label,s0\n');
truncateSync(join(folder.path, 'huge.csv'), 2 ** 31);
file('record.json', '{ "scenario": "storm", "seed": "0x1" }');
const recorded = {
  seed: '0x1',
  overrides: {},
  verdict: 'passed',
  reasons: [],
  fingerprint: '0123456789abcdef',
  virtualUs: 1,
  wallMs: 1,
  events: 1,
  rules: [],
  faults: [],
  goals: [],
  detection: { abnormal: 0, abnormalAlarmed: 0, normal: 0, normalAlarmed: 0, compared: 0, different: 0 },
  milestones: [],
  figures: {},
  limits: [],
  replay: '',
};
const oldFault = { id: 'f1', kind: 'nats.earthquake', parameters: {}, startMs: 1000 };
file(
  'old.json',
  JSON.stringify({ ...recorded, scenario: 'storm', plan: { version: 1, faults: [oldFault] } }),
);
file('unknown.json', JSON.stringify({ ...recorded, scenario: 'strom', plan: { version: 1, faults: [] } }));
const before = filesBelow(folder.path);

/** Arguments, and what the one error says: place, what is wrong, what was expected. */
const cases: readonly (readonly [string, string, readonly RegExp[]])[] = [
  ['an unknown scenario', 'relase-day', [/unknown scenario relase-day/, /did you mean release-day\?/]],
  ['an unknown flag', 'run --sede 3', [/unknown option '--sede'/, /--seed/]],
  ['too many arguments', 'run storm storm', [/too many arguments/]],
  ['an unknown choice', 'run --trace sometimes', [/sometimes/, /on, off, on-failure/]],
  ['a seed that is none', 'run --seed x', [/--seed x: expected a whole number from 0 to 2\^64 - 1/]],
  ['a seed over 64 bits', 'run --seed 18446744073709551616', [/expected a whole number from 0 to 2\^64 - 1/]],
  ['no seeds', 'run --seeds 0', [/--seeds 0: expected a whole number from 1/]],
  ['a share over all', 'run --verify-determinism 101%', [/expected a share from 0% to 100%/]],
  ['no workers', 'run --workers 0', [/--workers 0: expected a whole number from 1/]],
  ['a time limit of nothing', 'run --timeout 0', [/--timeout 0: expected a whole number from 1/]],
  [
    'an unknown fault',
    'faults nats.partitoin',
    [/unknown fault nats.partitoin; did you mean nats.partition\?/],
  ],
  [
    'an unknown plant',
    'run --plant droped-chunk',
    [/unknown plant droped-chunk; did you mean dropped-chunk\?/],
  ],
  ['an unknown value', 'run --set tolls=20', [/has no value tolls; did you mean tools\?/]],
  ['a value without a name', 'run --set 20', [/--set 20: expected name=value/]],
  [
    'a value that is no number',
    'run --set tools=many',
    [/--set tools=many: expected a whole number of tools/],
  ],
  ['no tools', 'run --set tools=0', [/--set tools=0: expected a whole number of tools from 10/]],
  [
    'more copies than servers',
    'run --set replicationFactor=4 --set cassandraNodes=3',
    [/replicationFactor=4 with cassandraNodes=3: expected at most as many copies as servers/],
  ],
  ['200 Defenders for 200 ids', 'run --set defenders=200', [/defenders=200: expected at most 160/]],
  [
    'an unknown setting of the Defenders',
    'run --defender hartbeatMs=2000',
    [/--defender hartbeatMs=2000: no setting hartbeatMs; did you mean heartbeatMs\?/],
  ],
  ['a setting that is no number', 'run --defender drainMs=long', [/long does not fit; expected whole/]],
  [
    'a heartbeat above the life of a claim',
    'run --defender heartbeatMs=30000',
    [/--defender: claimTtlMs=30000 with deadAfterMs=90000/, /--allow-invalid runs it all the same/],
  ],
  [
    'impossible windows: all that is wrong with them',
    'run --defender coldStartMs=5000,crashMs=20000',
    [
      /coldStartMs=5000 with plannedScalingMs=10000: expected .*defender §3/,
      /plannedScalingMs=10000 with crashMs=20000: expected .*cuts short/,
      /coldStartMs=5000 with deadAfterMs=6000/,
    ],
  ],
  [
    'fewer ids than replicas and their surge',
    'run --defender poolSize=12 --set defenders=12',
    [/poolSize=12 with 12 replicas: expected at least 15 ids/],
  ],
  ['a drain as long as the grace', 'run --defender drainMs=30000', [/drainMs=30000 with a grace period/]],
  ['a cap below 1.15', 'run --defender capPercent=114', [/capPercent=114: expected at least 115/]],
  [
    'a plan with an unknown fault',
    'run --plan kind.json',
    [/kind\.json:2:35: unknown fault "nats.partitoin"/],
  ],
  [
    'a plan with wrong parameters: all of them',
    'run --plan parameter.json',
    [
      /parameter\.json:2:77: unknown parameter "cuont".*did you mean count\?/,
      /:2:96: .*one of crash, delete/,
    ],
  ],
  ['a plan that is cut off', 'run --plan cut-off.json', [/cut-off\.json:1:28: the document ends too early/]],
  [
    'a plan in UTF-16',
    'validate utf-16.json',
    [/utf-16\.json: cannot be read: .*expected a plan in JSON, UTF-8/],
  ],
  ['a plan of 2 GB', 'run --plan large.json', [/large\.json: has 2147483648 bytes; expected .* at most/]],
  ['a plan that is not there', 'run --plan none.json', [/none\.json: cannot be read: ENOENT/]],
  ['a plan that is a device', 'run --plan /dev/zero', [/no regular file/]],
  ['a trace file with a wrong column count', 'run --traces columns.csv', [/columns\.csv:2:12: .*expected 3/]],
  ['a trace file with NaN', 'run --traces nan.csv', [/nan\.csv:2:10: .*NaN.*expected a finite number/]],
  ['an empty trace file', 'run --traces empty.csv', [/empty\.csv: the file is empty \(expected a header/]],
  ['a trace file in UTF-16', 'run --traces utf-16.csv', [/UTF-16.*expected text in UTF-8/]],
  [
    'a trace file of 2 GB',
    'run --traces huge.csv',
    [/huge\.csv: it has 2147483648 bytes \(expected at most/],
  ],
  [
    'several bad files: each of them',
    'validate kind.json nan.csv nowhere',
    [/kind\.json/, /nan\.csv/, /nowhere: unknown/],
  ],
  ['an output folder that is a file', 'run quiet-day -o occupied', [/--output occupied: cannot be written/]],
  [
    'an output folder below a file',
    'run quiet-day -o occupied/below',
    [/--output occupied\/below: cannot be/],
  ],
  ['a replay of nothing', 'replay nowhere', [/nowhere: not found; expected scenario#seed, a results folder/]],
  ['a replay of a seed that is none', 'replay storm#first', [/--seed first: expected/]],
  ['a replay of what is no record', 'replay record.json', [/record\.json: no result of a run: overrides/]],
  ['a replay of a plan that no longer fits', 'replay old.json', [/no longer fits/, /"nats\.earthquake"/]],
  [
    'a replay of a scenario that is gone',
    'replay unknown.json',
    [/unknown scenario strom; did you mean storm\?/],
  ],
  [
    'a replay that contradicts its record',
    'replay old.json --seed 4',
    [/--seed: the record of old\.json says it/],
  ],
];

describe('bad input', () => {
  test.concurrent.each(cases)('%s', async (_, args, messages) => {
    const { stdout, stderr, code } = await runScenarioCli(args.split(' '), { cwd: folder.path });
    expect(code).toBe(104);
    expect(stdout).toBe('');
    for (const message of messages) expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: /);
    expect(stderr.trimEnd()).toMatch(/\nexit 104: bad input, nothing was run$/);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test.concurrent('a switch of the environment that is neither on nor off', async () => {
    const { stderr, code } = await runScenarioCli(['run'], {
      cwd: folder.path,
      environment: { SCENARIO_STRICT: 'maybe' },
    });
    expect([code, stderr.split('\n')[0]]).toEqual([
      104,
      'error: SCENARIO_STRICT=maybe: expected 1, true, yes, on, or 0, false, no, off, for --strict',
    ]);
  });

  test('leaves nothing behind', () => {
    expect(filesBelow(folder.path)).toEqual(before);
  });
});
