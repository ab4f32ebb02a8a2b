/**
 * The `k`-th smallest (from 0) of `values[0, length)`, which must hold no NaN. Reorders them: everything before place `k` is no
 * larger, everything after it no smaller. Linear on average; hostile orders fall back to sorting.
 */
export function selectInPlace(values: Float64Array, length: number, k: number): number {
  let low = 0;
  let high = length - 1;
  let roundsLeft = 64;
  while (low < high) {
    if (roundsLeft-- === 0) {
      values.subarray(low, high + 1).sort();
      break;
    }
    const pivot = medianOfThree(values[low] ?? 0, values[(low + high) >>> 1] ?? 0, values[high] ?? 0);
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left++;
      while ((values[right] ?? 0) > pivot) right--;
      if (left <= right) {
        const swapped = values[left] ?? 0;
        values[left++] = values[right] ?? 0;
        values[right--] = swapped;
      }
    }
    if (k <= right) high = right;
    else if (k >= left) low = left;
    else break;
  }
  return values[k] ?? Number.NaN;
}

/** The median of `values[0, length)` (mean of the middle two of an even number), reordering them; NaN where there are none. */
export function medianInPlace(values: Float64Array, length: number): number {
  if (length === 0) return Number.NaN;
  const middle = length >>> 1;
  const upper = selectInPlace(values, length, middle);
  if (length % 2 === 1) return upper;
  let lower = values[0] ?? 0;
  for (let i = 1; i < middle; i++) lower = Math.max(lower, values[i] ?? 0);
  return lower + (upper - lower) / 2;
}

function medianOfThree(a: number, b: number, c: number): number {
  if (a > b) return b > c ? b : Math.min(a, c);
  return a > c ? a : Math.min(b, c);
}
