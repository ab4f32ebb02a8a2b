import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InputError } from '../../../scenarios/cli/input-error.ts';
import { KnownCases, type ExploredFab } from '../../../scenarios/cli/known-cases.ts';
import { OutputFolder } from '../../../scenarios/cli/output-folder.ts';
import type { Outcome } from '../../../scenarios/explore/outcome.ts';

const root = mkdtempSync(join(tmpdir(), 'known-cases-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const fab: ExploredFab = {
  commit: 'abc',
  seed: 1n,
  scale: 'small',
  tools: 10,
  size: { gateways: '3', defenders: '2' },
};

const outcome: Outcome = {
  id: 'first-release.idle.blue-stable.L1.in-date.up',
  level: 'L1',
  aim: {
    path: 'first-release',
    phase: 'idle',
    stableColour: 'blue',
    gateway: 'in-date',
    management: 'up',
    faults: [],
  },
  safety: null,
  met: true,
  safeMs: null,
  bound: 'nothing-to-do',
  excusedBy: [],
  verdict: 'passed',
  reasons: [],
  rulesBroken: [],
  vacuousFaults: [],
  fingerprint: '0123456789abcdef',
  virtualMinutes: 4,
  plan: { version: 1, faults: [] },
  replay: 'npm run scenario -- run rollback-anywhere-small',
};

test('an exploration is gone on with by the same fab only', () => {
  const output = new OutputFolder(root, 'run');
  const first = new KnownCases(output, fab);
  expect(first.outcomes.size).toBe(0);
  first.keep(outcome);
  const again = new KnownCases(output, { ...fab, size: { defenders: '2', gateways: '3' } });
  expect([...again.outcomes]).toEqual([[outcome.id, outcome]]);
  for (const other of [{ seed: 2n }, { tools: 11 }, { commit: 'def' }, { scale: 'shipped' } as const]) {
    expect(() => new KnownCases(output, { ...fab, ...other })).toThrow(InputError);
  }
});

test('what is no outcome of a case is refused with its place', () => {
  const output = new OutputFolder(root, 'broken');
  new KnownCases(output, fab).keep(outcome);
  writeFileSync(join(output.path, 'cases', 'half.json'), '{"id":');
  expect(() => new KnownCases(output, fab)).toThrow(/half\.json: expected the outcome of a case/);
});
