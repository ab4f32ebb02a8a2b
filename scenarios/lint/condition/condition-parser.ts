import type { Condition } from './condition.ts';

interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'symbol' | 'end';
  readonly text: string;
}

const pattern =
  /\s+|(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)|(\*\*|&&|\|\||==|!=|<=|>=|\.\.|\?\?|[-+*/%<>!?:.,()[\]{}#])/iy;

/** Operators, the weakest first. */
const levels = [
  '|| or',
  '&& and',
  '== != < <= > >= in contains matches startswith endswith',
  '..',
  '+ -',
  '* / %',
  '**',
  '??',
];
const strengths = new Map(
  levels.flatMap((level, index) => level.split(' ').map((operator) => [operator, index + 1] as const)),
);

/** Parses a condition; undefined for what is none of the language. */
export function parseCondition(text: string): Condition | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const parser = new ConditionParser(tokens);
  const condition = parser.choice();
  return parser.ended ? condition : undefined;
}

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < text.length) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    offset += match[0].length;
    if (match[1] !== undefined) tokens.push({ kind: 'number', text: match[1] });
    else if (match[2] !== undefined) tokens.push({ kind: 'string', text: match[2].slice(1, -1) });
    else if (match[3] !== undefined) tokens.push({ kind: 'name', text: match[3] });
    else if (match[4] !== undefined) tokens.push({ kind: 'symbol', text: match[4] });
  }
  return tokens.length > 500 ? undefined : tokens;
}

class ConditionParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #failed = false;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return !this.#failed && this.#at >= this.#tokens.length;
  }

  choice(): Condition {
    const test = this.#binary(1);
    if (!this.#symbol('?')) return test;
    const yes = this.choice();
    this.#expect(':');
    return { kind: 'choice', test, yes, no: this.choice() };
  }

  #binary(least: number): Condition {
    let left = this.#unary();
    for (;;) {
      const operator = this.#peek().text.toLowerCase();
      const strength = this.#peek().kind === 'string' ? undefined : strengths.get(operator);
      if (strength === undefined || strength < least || this.#failed) return left;
      this.#at++;
      left = { kind: 'binary', operator, left, right: this.#binary(strength + 1) };
    }
  }

  #unary(): Condition {
    if (this.#symbol('!') || this.#name('not')) return { kind: 'not', inner: this.#unary() };
    if (this.#symbol('-')) return { kind: 'negative', inner: this.#unary() };
    this.#symbol('+');
    return this.#suffixes(this.#primary());
  }

  #suffixes(start: Condition): Condition {
    let condition = start;
    for (;;) {
      if (this.#symbol('[')) {
        const index = this.choice();
        this.#expect(']');
        condition = { kind: 'index', target: condition, index };
      } else if (this.#symbol('.')) {
        condition = { kind: 'member', target: condition, name: this.#peek().text };
        this.#at++;
      } else return condition;
    }
  }

  #primary(): Condition {
    const token = this.#peek();
    this.#at++;
    switch (token.kind) {
      case 'number':
        return { kind: 'literal', value: Number(token.text) };
      case 'string':
        return { kind: 'literal', value: token.text };
      case 'name':
        return this.#named(token.text);
      case 'symbol':
        return this.#bracketed(token.text);
      case 'end':
        return this.#fail();
    }
  }

  #named(name: string): Condition {
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' };
    if (name === 'nil') return { kind: 'literal', value: undefined };
    if (!this.#symbol('(')) return { kind: 'name', name };
    const parameters: Condition[] = [];
    while (!this.#symbol(')')) {
      parameters.push(this.choice());
      if (this.#failed) break;
      if (!this.#symbol(',')) {
        this.#expect(')');
        break;
      }
    }
    return { kind: 'call', name, parameters };
  }

  #bracketed(symbol: string): Condition {
    switch (symbol) {
      case '(': {
        const inner = this.choice();
        this.#expect(')');
        return inner;
      }
      case '{': {
        const body = this.choice();
        this.#expect('}');
        return { kind: 'closure', body };
      }
      case '#':
        return { kind: 'name', name: '#' };
      default:
        return this.#fail();
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #symbol(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #name(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'name' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#symbol(text)) this.#fail();
  }

  #fail(): Condition {
    this.#failed = true;
    this.#at = this.#tokens.length + 1;
    return { kind: 'literal', value: undefined };
  }
}
