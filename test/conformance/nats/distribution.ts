/** What one thing was in many runs, in one line: numbers by their range and middle, words by how often each was seen. */
export function distribution(seen: readonly string[]): string {
  const numbers = seen.map(Number);
  if (seen.length === 0 || numbers.some(Number.isNaN)) return counts(seen);
  const sorted = numbers.toSorted((left, right) => left - right);
  const [least] = sorted;
  const most = sorted.at(-1);
  return least === most ? `${least}` : `${least} to ${most}, half of them up to ${median(sorted)}`;
}

/** Of numbers in ascending order; NaN of none. */
export function median(sorted: readonly number[]): number {
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
}

function counts(seen: readonly string[]): string {
  const totals = new Map<string, number>();
  for (const word of seen) totals.set(word, (totals.get(word) ?? 0) + 1);
  return [...totals].map(([word, count]) => `${count} x ${word}`).join('; ') || 'nothing';
}
