/** Whether a server's version, for example `2.12.15` or `2.11.0-preview.1`, is this one or a later one. */
export function isAtLeast(version: string, wanted: readonly [number, number, number]): boolean {
  const numbers = version.split(/[.-]/).map(Number);
  for (const [place, least] of wanted.entries()) {
    const met = numbers[place] ?? 0;
    if (met !== least) return met > least;
  }
  return true;
}
