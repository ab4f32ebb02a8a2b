import type { RandomStream } from '../../sim/kernel/index.ts';

/**
 * A covering array of strength 2: rows of values (0 to size − 1 for each factor) in which every two values of different
 * factors stand together at least once. Greedy: each row begins with a pair that is still open and takes for every
 * other factor the value that closes most. The same stream gives the same rows.
 */
export function coverPairs(sizes: readonly number[], random: RandomStream): readonly (readonly number[])[] {
  const open = openPairs(sizes, random);
  const rows: number[][] = [];
  for (let first = open.values().next(); first.done !== true; first = open.values().next()) {
    const [left, leftValue, right, rightValue] = parts(first.value);
    const row: (number | undefined)[] = sizes.map(() => undefined);
    row[left] = leftValue;
    row[right] = rightValue;
    sizes.forEach((size, factor) => {
      row[factor] ??= bestValue(row, factor, size, open);
    });
    const complete = row.map((value) => value ?? 0);
    complete.forEach((value, factor) => {
      for (let other = factor + 1; other < complete.length; other++) {
        open.delete(pair(factor, value, other, complete[other] ?? 0));
      }
    });
    rows.push(complete);
  }
  return rows;
}

function openPairs(sizes: readonly number[], random: RandomStream): Set<string> {
  const pairs: string[] = [];
  sizes.forEach((size, left) => {
    for (let right = left + 1; right < sizes.length; right++) {
      for (let leftValue = 0; leftValue < size; leftValue++) {
        for (let rightValue = 0; rightValue < (sizes[right] ?? 0); rightValue++) {
          pairs.push(pair(left, leftValue, right, rightValue));
        }
      }
    }
  });
  return new Set(random.shuffle(pairs));
}

function bestValue(
  row: readonly (number | undefined)[],
  factor: number,
  size: number,
  open: ReadonlySet<string>,
): number {
  let best = 0;
  let most = -1;
  for (let value = 0; value < size; value++) {
    let closed = 0;
    row.forEach((known, other) => {
      if (known !== undefined && open.has(pair(factor, value, other, known))) closed++;
    });
    if (closed > most) {
      most = closed;
      best = value;
    }
  }
  return best;
}

function pair(left: number, leftValue: number, right: number, rightValue: number): string {
  return left < right
    ? `${left} ${leftValue} ${right} ${rightValue}`
    : `${right} ${rightValue} ${left} ${leftValue}`;
}

function parts(text: string): [number, number, number, number] {
  const [left = 0, leftValue = 0, right = 0, rightValue = 0] = text.split(' ').map(Number);
  return [left, leftValue, right, rightValue];
}
