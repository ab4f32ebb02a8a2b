export interface PromToken {
  readonly kind: 'name' | 'number' | 'duration' | 'string' | 'variable' | 'symbol' | 'end';
  readonly text: string;
  readonly offset: number;
}

/** A query that is no PromQL: what was found where. */
export class PromSyntaxError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.name = 'PromSyntaxError';
    this.offset = offset;
  }
}

const patterns: readonly (readonly [PromToken['kind'] | 'skip', RegExp])[] = [
  ['skip', /\s+|#[^\n]*/y],
  // Argo's `{{args.x}}` and Grafana's `$x`, `${x}`, `[[x]]` stand for a value that is not known yet.
  ['variable', /\{\{[^{}]*\}\}|\$\{[^}]*\}|\$\w+/y],
  ['string', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/sy],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?![\w])/y],
  ['number', /0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w])/iy],
  ['name', /[A-Za-z_:][\w:]*/y],
  ['symbol', /=~|!~|!=|==|>=|<=|[-+*/%^(){}[\],=<>:@]/y],
];

/** Tokens of a query, with an end token. Throws a `PromSyntaxError`. */
export function promTokens(text: string): readonly PromToken[] {
  const tokens: PromToken[] = [];
  let offset = 0;
  let inWindow = false;
  while (offset < text.length) {
    const found = nextToken(text, offset, inWindow);
    if (found === undefined) throw new PromSyntaxError(offset, `unexpected ${JSON.stringify(text[offset])}`);
    const [kind, length] = found;
    if (kind !== 'skip') tokens.push({ kind, text: text.slice(offset, offset + length), offset });
    if (kind === 'symbol' && (text[offset] === '[' || text[offset] === ']')) inWindow = text[offset] === '[';
    offset += length;
  }
  return [...tokens, { kind: 'end', text: '', offset: text.length }];
}

function nextToken(
  text: string,
  offset: number,
  inWindow: boolean,
): readonly [PromToken['kind'] | 'skip', number] | undefined {
  // Names may begin with a colon, but `[5m:1m]` has none.
  if (inWindow && text[offset] === ':') return ['symbol', 1];
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (match !== null && match[0] !== '') return [kind, match[0].length];
  }
  return undefined;
}

const unitMs = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
  ['y', 31_536_000_000],
]);

/** Milliseconds of `5m` or `1h30m`; undefined for what is no duration. */
export function durationMs(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count = '0', unit = 'ms'] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)) {
    total += Number(count) * (unitMs.get(unit) ?? 0);
  }
  return total;
}
