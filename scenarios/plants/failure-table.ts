/** A row of the table of failures in docs/delivery.md: where a failure is put to the test, and what would notice it. */
export interface FailureRow {
  /** `F12`. */
  readonly failure: string;
  readonly scenarios: readonly string[];
  readonly rules: readonly string[];
  readonly plants: readonly string[];
  /** What else tells of it, what is missing, or why there is no scenario. */
  readonly besides: string;
}

const row = /^\| (F\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/;

/** In the order of the document; empty where it has no such table. */
export function failureRows(document: string): readonly FailureRow[] {
  return document.split('\n').flatMap((line) => {
    const [, failure, scenarios = '', rules = '', plants = '', besides = ''] = row.exec(line) ?? [];
    if (failure === undefined) return [];
    return [
      {
        failure,
        scenarios: namesIn(scenarios),
        rules: namesIn(rules),
        plants: namesIn(plants),
        besides: besides.trim(),
      },
    ];
  });
}

/** What stands between backticks. */
export function namesIn(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);
}
