import type { CqlFailure } from '../../../../system/ports/cql-wide.ts';
import { ModelRig } from '../model-rig.ts';
import { runFaults } from './fault-run.ts';
import type { FaultHistory, FaultOperation } from './history.ts';

/** Conviction as the real ring has it (cassandra-and-live §1.1). */
export const faultOptions = { convictionUs: { least: 18_000_000, most: 20_000_000 } } as const;

const unsettled: ReadonlySet<string> = new Set(['none', 'changing']);

/**
 * The kinds of failure in a history: under which fault what sort of operation failed in which way. Operations that ran
 * while a fault came or went are left out, and so is what is chance: who gave up first, and how many had answered.
 */
export function failureKinds({ entries }: FaultHistory): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const { fault, operation, consistency, outcome } of entries) {
    if (outcome.kind !== 'failed' || fault.includes('/') || unsettled.has(fault)) continue;
    kinds.add(`${fault}: ${sortOf(operation)} ${consistency} ${wayOf(outcome.failure)}`);
  }
  return kinds;
}

function sortOf(operation: FaultOperation): string {
  switch (operation.kind) {
    case 'put':
    case 'remove':
      return 'write';
    case 'read':
      return 'read';
    case 'claim':
    case 'serial-read':
      return 'transaction';
  }
}

function wayOf(failure: CqlFailure): string {
  switch (failure.kind) {
    case 'write-timeout':
    case 'read-timeout':
    case 'client-timeout':
    case 'disconnected':
      return 'no answer';
    case 'unavailable':
    case 'write-failure':
    case 'read-failure':
    case 'overloaded':
    case 'bootstrapping':
    case 'invalid':
    case 'not-connected':
      return failure.kind;
  }
}

/** Kinds that real nodes show and the model does not. One that the model shows too fails the run: it is done. */
const slowSpeculation =
  'the percentile at which a read tries another replica has earlier time-outs in it, so that the client gives up first';
export const knownFailureKinds: Readonly<Record<string, string>> = {
  'kill: read QUORUM no answer': slowSpeculation,
  'kill: transaction SERIAL no answer': slowSpeculation,
  'pause: transaction SERIAL no answer': slowSpeculation,
  'cut of the coordinator: transaction QUORUM no answer': slowSpeculation,
  'cut of the coordinator: transaction SERIAL no answer': slowSpeculation,
  'cut-one-way of the coordinator: read QUORUM no answer': slowSpeculation,
  'cut-one-way of the coordinator: transaction QUORUM no answer': slowSpeculation,
  'cut-one-way of the coordinator: transaction SERIAL no answer': slowSpeculation,
};

/** What is neither allowed by the model nor known; and what is known and allowed by now. */
export function compareFailureKinds(
  real: ReadonlySet<string>,
  model: ReadonlySet<string>,
): readonly string[] {
  const known = Object.keys(knownFailureKinds);
  return [
    ...Array.from(real)
      .filter((kind) => !model.has(kind) && !known.includes(kind))
      .map((kind) => `the model never shows ${kind}`),
    ...known
      .filter((kind) => model.has(kind))
      .map((kind) => `known as missing, and the model shows it now: ${kind}`),
  ];
}

/** All kinds of failure that the model shows over so many runs. */
export async function modelFailureKinds(runs: number): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= runs; seed++) {
    const rig = new ModelRig({
      nodesByDataCentre: [3],
      seed: BigInt(seed),
      deviations: [],
      options: faultOptions,
    });
    for (const kind of failureKinds(await rig.run(() => runFaults(rig, BigInt(seed))))) kinds.add(kind);
  }
  return kinds;
}
