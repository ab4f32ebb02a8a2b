/** Number of insertions, deletions, changes and swaps of neighbours between two texts. */
export function editDistance(left: string, right: string): number {
  const width = right.length + 1;
  const cells = new Uint32Array((left.length + 1) * width);
  const at = (row: number, column: number): number => cells[row * width + column] ?? 0;
  for (let column = 0; column < width; column++) cells[column] = column;
  for (let row = 1; row <= left.length; row++) {
    cells[row * width] = row;
    for (let column = 1; column < width; column++) {
      const same = left[row - 1] === right[column - 1];
      let best = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) best = Math.min(best, at(row - 2, column - 2) + 1);
      cells[row * width + column] = best;
    }
  }
  return at(left.length, right.length);
}

/** The known name that was most likely meant, or undefined where none is near. Case does not count. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.slice(0, 100).toLowerCase();
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const text = candidate.toLowerCase();
    const contained = wanted.length >= 3 && text.includes(wanted);
    const distance = contained ? Math.min(1, editDistance(wanted, text)) : editDistance(wanted, text);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return bestDistance <= Math.max(2, Math.floor(wanted.length / 3)) ? best : undefined;
}

/** `; did you mean x?`, or nothing: the end of a message. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}
