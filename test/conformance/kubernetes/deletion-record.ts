import { compareForDeletion, type DeletionCandidate } from '../../../sim/kubernetes/index.ts';

/** Pods of one ReplicaSet when some of them had to go, and who went: decided between two times, in microseconds. */
export interface DeletionRecord {
  readonly id: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly candidates: readonly DeletionCandidate[];
  readonly deleted: readonly string[];
}

/**
 * Pairs in which one stayed that should have gone before one that went. Names break ties, which are free; so is a pair
 * that ties with a third pod between them, since the order is not transitive then (ready times of one magnitude tie,
 * equal ones leave it to the restarts).
 */
export function wrongPairs(
  { candidates, deleted, fromUs, toUs }: DeletionRecord,
  compare: typeof compareForDeletion = compareForDeletion,
): readonly (readonly [stayed: string, went: string])[] {
  const before = (left: DeletionCandidate, right: DeletionCandidate): boolean =>
    compare(left, right, fromUs) < 0 && compare(left, right, toUs) < 0;
  const mayPrecede = (left: DeletionCandidate, right: DeletionCandidate): boolean =>
    compare(left, right, fromUs) <= 0 || compare(left, right, toUs) <= 0;
  const went = candidates.filter(({ name }) => deleted.includes(name));
  const stayed = candidates.filter(({ name }) => !deleted.includes(name));
  return stayed.flatMap((left) =>
    went
      .filter(
        (right) =>
          before(left, right) &&
          !candidates.some(
            (third) =>
              third !== left && third !== right && mayPrecede(right, third) && mayPrecede(third, left),
          ),
      )
      .map((right): readonly [string, string] => [left.name, right.name]),
  );
}
