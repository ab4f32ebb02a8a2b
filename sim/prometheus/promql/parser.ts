import {
  noShift,
  type Aggregation,
  type Binary,
  type LabelMatcher,
  type PromExpression,
  type Selector,
  type TimeShift,
} from './expression.ts';
import { durationMs, PromSyntaxError, promTokens, type PromToken } from './lexer.ts';

const aggregations = new Set(
  `sum avg min max count stddev stdvar group topk bottomk quantile count_values limitk
    limit_ratio`.split(/\s+/),
);
const withParameter = new Set(['topk', 'bottomk', 'quantile', 'count_values', 'limitk', 'limit_ratio']);

/** Operators, the weakest first. */
const levels = ['or', 'and unless', '== != <= < >= >', '+ -', '* / % atan2', '^'];
const precedence = new Map(
  levels.flatMap((level, index) => level.split(' ').map((operator) => [operator, index + 1] as const)),
);

/** Parses a query as Prometheus 3 reads it; variables of Argo and Grafana stand for names, numbers and durations. Throws a `PromSyntaxError`. */
export function parsePromQuery(text: string): PromExpression {
  return new PromParser(promTokens(text)).whole();
}

class PromParser {
  readonly #tokens: readonly PromToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly PromToken[]) {
    this.#tokens = tokens;
  }

  whole(): PromExpression {
    const expression = this.#expression(1);
    if (this.#peek().kind !== 'end') this.#fail();
    return expression;
  }

  #expression(least: number): PromExpression {
    if (++this.#depth > 200) throw new PromSyntaxError(this.#peek().offset, 'nested too deeply');
    let left = this.#unary();
    for (;;) {
      const token = this.#peek();
      const operator = token.kind === 'name' ? token.text.toLowerCase() : token.text;
      const strength =
        token.kind === 'symbol' || token.kind === 'name' ? precedence.get(operator) : undefined;
      if (strength === undefined || strength < least) break;
      this.#at++;
      const modifiers = this.#modifiers();
      const right = this.#expression(operator === '^' ? strength : strength + 1);
      left = { kind: 'binary', offset: token.offset, operator, left, right, ...modifiers };
    }
    this.#depth--;
    return left;
  }

  #modifiers(): Pick<Binary, 'matching' | 'matchingLabels' | 'many' | 'included' | 'bool'> {
    const bool = this.#name('bool');
    const matching = this.#name('on') ? 'on' : this.#name('ignoring') ? 'ignoring' : undefined;
    const matchingLabels = matching === undefined ? [] : this.#labels().map(({ name }) => name);
    const many = this.#name('group_left') ? 'left' : this.#name('group_right') ? 'right' : undefined;
    const includes = many !== undefined && this.#peek().text === '(';
    const included = includes ? this.#labels().map(({ name }) => name) : [];
    return { matching, matchingLabels, many, included, bool };
  }

  #unary(): PromExpression {
    const token = this.#peek();
    if (token.kind === 'symbol' && (token.text === '-' || token.text === '+')) {
      this.#at++;
      // A sign binds weaker than `^` only.
      const inner = this.#expression(6);
      return { kind: 'unary', offset: token.offset, negative: token.text === '-', inner };
    }
    return this.#suffixes(this.#primary(), token);
  }

  #suffixes(start: PromExpression, first: PromToken): PromExpression {
    let expression = start;
    for (;;) {
      const token = this.#peek();
      if (token.text === '[' && token.kind === 'symbol') {
        this.#at++;
        const windowMs = this.#duration();
        const subquery = this.#symbol(':');
        const stepMs = subquery && this.#peek().text !== ']' ? this.#duration() : undefined;
        this.#expect(']');
        // A fixed `@` before the range is refused, `@ end()` is not.
        const plain =
          expression.kind === 'selector' &&
          first.text !== '(' &&
          expression.shift.offsetMs === 0 &&
          typeof expression.shift.atMs !== 'number';
        if (!subquery && !plain) {
          throw new PromSyntaxError(
            token.offset,
            'ranges only allowed for vector selectors without an offset',
          );
        }
        expression = {
          kind: 'window',
          offset: token.offset,
          inner: expression,
          windowMs,
          subquery,
          stepMs,
          shift: noShift,
        };
      } else if (this.#name('offset')) {
        const back = this.#symbol('-') ? -1 : 1;
        const lengthMs = this.#duration();
        const offsetMs = lengthMs === undefined ? undefined : back * lengthMs;
        expression = this.#shifted(expression, { offsetMs }, token);
      } else if (this.#symbol('@')) {
        expression = this.#shifted(expression, { atMs: this.#instant() }, token);
      } else return expression;
    }
  }

  #shifted(expression: PromExpression, by: Partial<TimeShift>, token: PromToken): PromExpression {
    if (expression.kind === 'selector' || (expression.kind === 'window' && expression.subquery)) {
      return { ...expression, shift: { ...expression.shift, ...by } };
    }
    if (expression.kind === 'window') {
      return { ...expression, inner: this.#shifted(expression.inner, by, token) };
    }
    throw new PromSyntaxError(token.offset, `${token.text} stands behind a selector or a subquery only`);
  }

  /** What stands behind `@`: seconds, `start()` or `end()`. */
  #instant(): TimeShift['atMs'] {
    const negative = this.#symbol('-');
    const token = this.#next();
    if (token.kind === 'variable') return undefined;
    if (token.kind === 'number') return Number(token.text) * (negative ? -1000 : 1000);
    const edge = token.text.toLowerCase();
    if (edge !== 'start' && edge !== 'end') {
      this.#at--;
      this.#fail();
    }
    this.#expect('(');
    this.#expect(')');
    return edge;
  }

  #primary(): PromExpression {
    const token = this.#next();
    switch (token.kind) {
      case 'number':
        return { kind: 'number', offset: token.offset, value: Number(token.text) };
      case 'duration':
        return { kind: 'number', offset: token.offset, value: (durationMs(token.text) ?? Number.NaN) / 1000 };
      case 'string':
        return { kind: 'string', offset: token.offset, value: unquote(token.text) };
      case 'variable':
        return this.#peek().text === '{'
          ? this.#selector(token)
          : { kind: 'selector', offset: token.offset, metric: token.text, matchers: [], shift: noShift };
      case 'symbol':
        if (token.text === '(') {
          const inner = this.#expression(1);
          this.#expect(')');
          return inner;
        }
        if (token.text === '{') {
          this.#at--;
          return this.#selector({ ...token, text: '' });
        }
        break;
      case 'name':
        return this.#named(token);
      case 'end':
        break;
    }
    this.#at--;
    return this.#fail();
  }

  #named(token: PromToken): PromExpression {
    const lower = token.text.toLowerCase();
    const follows = this.#peek().text.toLowerCase();
    if (aggregations.has(lower) && (follows === '(' || follows === 'by' || follows === 'without')) {
      return this.#aggregation(token, lower);
    }
    if (follows === '(') {
      this.#at++;
      const parameters: PromExpression[] = [];
      while (!this.#symbol(')')) {
        parameters.push(this.#expression(1));
        if (!this.#symbol(',')) {
          this.#expect(')');
          break;
        }
      }
      return { kind: 'call', offset: token.offset, name: lower, parameters };
    }
    if (lower === 'inf' || lower === 'nan') {
      return { kind: 'number', offset: token.offset, value: lower === 'inf' ? Infinity : Number.NaN };
    }
    return this.#selector(token);
  }

  #aggregation(token: PromToken, name: string): Aggregation {
    let grouping = this.#grouping();
    this.#expect('(');
    const first = this.#expression(1);
    let inner = first;
    if (withParameter.has(name)) {
      this.#expect(',');
      inner = this.#expression(1);
    }
    this.#expect(')');
    if (grouping.grouping === undefined) grouping = this.#grouping();
    const parameter = inner === first ? undefined : first;
    return { kind: 'aggregation', offset: token.offset, name, parameter, inner, ...grouping };
  }

  #grouping(): Pick<Aggregation, 'grouping' | 'labels'> {
    const grouping = this.#name('by') ? 'by' : this.#name('without') ? 'without' : undefined;
    return { grouping, labels: grouping === undefined ? [] : this.#labels() };
  }

  #labels(): Aggregation['labels'] {
    const labels: { name: string; offset: number }[] = [];
    this.#expect('(');
    while (!this.#symbol(')')) {
      const token = this.#next();
      if (token.kind !== 'name' && token.kind !== 'variable' && token.kind !== 'string') {
        this.#at--;
        this.#fail();
      }
      labels.push({ name: token.text, offset: token.offset });
      this.#symbol(',');
    }
    return labels;
  }

  #selector(name: PromToken): Selector {
    const matchers: LabelMatcher[] = [];
    if (this.#symbol('{')) {
      while (!this.#symbol('}')) {
        matchers.push(this.#matcher());
        if (!this.#symbol(',')) {
          this.#expect('}');
          break;
        }
      }
    }
    const named = matchers.find((matcher) => matcher.label === '__name__' && matcher.operator === '=');
    const metric = name.text || (named?.value ?? '');
    return { kind: 'selector', offset: name.offset, metric, matchers, shift: noShift };
  }

  #matcher(): LabelMatcher {
    const label = this.#next();
    if (label.kind === 'string' && /^[,}]$/.test(this.#peek().text)) {
      return { label: '__name__', operator: '=', value: unquote(label.text), offset: label.offset };
    }
    const operator = this.#next().text;
    const value = this.#next();
    const known = operator === '=' || operator === '!=' || operator === '=~' || operator === '!~';
    if (!known || (value.kind !== 'string' && value.kind !== 'variable')) {
      throw new PromSyntaxError(label.offset, `expected a label matcher at ${JSON.stringify(label.text)}`);
    }
    const text = value.kind === 'string' ? unquote(value.text) : value.text;
    return { label: unquote(label.text), operator, value: text, offset: label.offset };
  }

  #duration(): number | undefined {
    const token = this.#next();
    if (token.kind === 'variable') return undefined;
    if (token.kind === 'number') return Number(token.text) * 1000;
    const length = token.kind === 'duration' ? durationMs(token.text) : undefined;
    if (length === undefined) {
      this.#at--;
      this.#fail();
    }
    return length;
  }

  #peek(): PromToken {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', offset: 0 };
  }

  #next(): PromToken {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #symbol(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #name(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'name' || token.text.toLowerCase() !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#symbol(text)) this.#fail(`; expected ${text}`);
  }

  #fail(more = ''): never {
    const token = this.#peek();
    const found = token.kind === 'end' ? 'end of the query' : JSON.stringify(token.text);
    throw new PromSyntaxError(token.offset, `unexpected ${found}${more}`);
  }
}

function unquote(text: string): string {
  if (!/^["'`]/.test(text)) return text;
  const inside = text.slice(1, -1);
  return text.startsWith('`') ? inside : inside.replaceAll(/\\(.)/g, '$1');
}
