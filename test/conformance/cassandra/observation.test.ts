import { expect, test } from 'vitest';
import type { WideOutcome } from '../../../system/ports/cql-wide.ts';
import { Gate } from './gate.ts';
import { observe } from './observation.ts';
import type { UsedRing } from './rig.ts';
import type { Step } from './step.ts';

const answerUs = 5_000;

/** A ring whose every operation takes as long. */
function fixedRing(): UsedRing {
  let nowUs = 0;
  return {
    baseUs: 0,
    nowUs: () => nowUs,
    sleepUntil: (timeUs) => {
      nowUs = Math.max(nowUs, timeUs);
      return Promise.resolve();
    },
    execute: (): Promise<WideOutcome> => {
      nowUs += answerUs;
      return Promise.resolve({ kind: 'written' });
    },
  };
}

function write(client: number, stamp: Step['stamp'], waitMs: number): Step {
  const statement = { kind: 'insert', table: 'wide', values: { k: 'p', c1: 0, c2: 'x', a: 1 } } as const;
  const level = { consistency: 'QUORUM', serialConsistency: 'SERIAL' } as const;
  return { waitMs, client, coordinator: 0, ...level, stamp, statement };
}

/** The second client's clock is 1.5 s ahead, and its write begins at 0: the stamp is 1.5 s. */
test.each([
  ['before the stamp', 'server', 1_480, 2],
  ['around the stamp', 'server', 1_488, undefined],
  ['after the stamp', 'server', 1_500, 2],
  ['around the stamp, by the client', 'client', 1_492, 2],
] as const)('a write %s', async (_, stamp, waitMs, observed) => {
  const sequence = [write(1, 'client', 0), write(0, stamp, waitMs)];
  const observations = await observe(fixedRing(), sequence, 's', new Gate(1));
  expect(observations?.length).toBe(observed);
});
