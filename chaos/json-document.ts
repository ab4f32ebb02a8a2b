/** A place in a text, both counted from 1; the column counts UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface JsonMember {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: JsonNode;
}

/** A JSON value that knows where it stands. */
export type JsonNode =
  | { readonly type: 'object'; readonly place: Place; readonly members: readonly JsonMember[] }
  | { readonly type: 'array'; readonly place: Place; readonly items: readonly JsonNode[] }
  | { readonly type: 'scalar'; readonly place: Place; readonly value: string | number | boolean | null };

export interface JsonProblem extends Place {
  readonly message: string;
  readonly expected: string;
}

export type JsonOutcome =
  { readonly ok: true; readonly root: JsonNode } | { readonly ok: false; readonly problem: JsonProblem };

const deepest = 64;
const scalarPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** Where a text ends; what stands in it is left to `JSON.parse`. */
const stringPattern = /"(?:[^"\\]|\\[^])*"/y;
const whitespacePattern = /[ \t\r\n]*/y;

/** Reads strict JSON (RFC 8259), refuses a member that stands twice, and says where it went wrong. */
export function readJson(text: string): JsonOutcome {
  const reader = new JsonReader(text);
  try {
    return { ok: true, root: reader.document() };
  } catch (error) {
    if (error instanceof JsonReadError) return { ok: false, problem: error.problem };
    throw error;
  }
}

class JsonReadError extends Error {
  readonly problem: JsonProblem;

  constructor(problem: JsonProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  /** Start of the line that holds `#placedAt`, so that places are found in one pass over the text. */
  #lineStart = 0;
  #line = 1;
  #placedAt = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    this.#skipWhitespace();
    const root = this.#value(0);
    this.#skipWhitespace();
    if (this.#at < this.#text.length) this.#fail('text after the end of the document', 'one JSON value');
    return root;
  }

  #value(depth: number): JsonNode {
    if (depth > deepest) this.#fail('nested too deeply', `at most ${deepest} levels`);
    const place = this.#place();
    const first = this.#text[this.#at];
    if (first === '{') return { type: 'object', place, members: this.#members(depth) };
    if (first === '[') return { type: 'array', place, items: this.#items(depth) };
    if (first === '"') return { type: 'scalar', place, value: this.#string() };
    const literal = this.#match(scalarPattern);
    if (literal === undefined) this.#failAtToken('a JSON value');
    const value: unknown = JSON.parse(literal);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#fail(`${literal.slice(0, 40)} is too large a number`, 'a number of at most 1.7e308');
    }
    return { type: 'scalar', place, value: value as number | boolean | null };
  }

  #members(depth: number): readonly JsonMember[] {
    const members: JsonMember[] = [];
    const keys = new Set<string>();
    this.#at++;
    this.#skipWhitespace();
    if (this.#take('}')) return members;
    for (;;) {
      const keyPlace = this.#place();
      if (this.#text[this.#at] !== '"') this.#failAtToken('a member name in double quotes');
      const start = this.#at;
      const key = this.#string();
      if (keys.has(key)) {
        this.#at = start;
        this.#fail(`the member ${JSON.stringify(key.slice(0, 100))} stands twice`, 'each member once');
      }
      keys.add(key);
      this.#skipWhitespace();
      if (!this.#take(':')) this.#failAtToken('":" after the member name');
      this.#skipWhitespace();
      members.push({ key, keyPlace, value: this.#value(depth + 1) });
      this.#skipWhitespace();
      if (this.#take('}')) return members;
      if (!this.#take(',')) this.#failAtToken('"," or "}"');
      this.#skipWhitespace();
    }
  }

  #items(depth: number): readonly JsonNode[] {
    const items: JsonNode[] = [];
    this.#at++;
    this.#skipWhitespace();
    if (this.#take(']')) return items;
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#skipWhitespace();
      if (this.#take(']')) return items;
      if (!this.#take(',')) this.#failAtToken('"," or "]"');
      this.#skipWhitespace();
    }
  }

  #string(): string {
    const start = this.#at;
    const literal = this.#match(stringPattern);
    if (literal === undefined) this.#fail('a text that does not end', 'a closing double quote');
    try {
      return String(JSON.parse(literal));
    } catch {
      this.#at = start;
      return this.#fail('a text with a wrong escape or a control character', 'a JSON text');
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipWhitespace(): void {
    this.#match(whitespacePattern);
  }

  #place(): Place {
    for (; this.#placedAt < this.#at; this.#placedAt++) {
      if (this.#text[this.#placedAt] !== '\n') continue;
      this.#line++;
      this.#lineStart = this.#placedAt + 1;
    }
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #failAtToken(expected: string): never {
    const found = this.#text.codePointAt(this.#at);
    return this.#fail(
      found === undefined ? 'the document ends too early' : `unexpected ${shown(found)}`,
      expected,
    );
  }

  #fail(message: string, expected: string): never {
    throw new JsonReadError({ ...this.#place(), message, expected });
  }
}

function shown(codePoint: number): string {
  return codePoint > 0x20 && codePoint < 0x7f
    ? `"${String.fromCodePoint(codePoint)}"`
    : `character U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}
