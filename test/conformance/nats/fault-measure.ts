/** One thing that a sequence under faults measured in a world, and what it must be there (jetstream §3: by set or band). */
export interface Measure {
  readonly what: string;
  readonly seen: string;
  readonly expected: string;
  readonly fits: boolean;
}

/** A number between two others, ends included. */
export function band(what: string, seen: number, low: number, high: number): Measure {
  return {
    what,
    seen: rounded(seen),
    expected: low === high ? rounded(low) : `${rounded(low)} to ${rounded(high)}`,
    fits: seen >= low && seen <= high,
  };
}

/** Words of which each must be allowed; those that are required must be there. */
export function words(
  what: string,
  seen: Iterable<string>,
  allowed: readonly string[],
  required: readonly string[] = [],
): Measure {
  const met = [...new Set(seen)].sort(byText);
  const optional = allowed.filter((word) => !required.includes(word));
  return {
    what,
    seen: met.join(', ') || 'none',
    expected:
      [required.join(' and '), optional.join(' or ')].filter((part) => part !== '').join(', perhaps ') ||
      'none',
    fits: met.every((word) => allowed.includes(word)) && required.every((word) => met.includes(word)),
  };
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
