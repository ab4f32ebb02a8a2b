import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson, type JsonNode } from '../../chaos/json-document.ts';

/** The plain value of a document, to compare with what `JSON.parse` makes of it. */
function plain(node: JsonNode): unknown {
  switch (node.type) {
    case 'scalar':
      return node.value;
    case 'array':
      return node.items.map(plain);
    case 'object':
      // `__proto__` is a member like any other, as it is for JSON.parse.
      return Object.fromEntries(node.members.map((member) => [member.key, plain(member.value)]));
  }
}

function parsed(text: string): unknown {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return 'refused';
  }
}

function read(text: string): unknown {
  const outcome = readJson(text);
  return outcome.ok ? { value: plain(outcome.root) } : 'refused';
}

describe('reading JSON', () => {
  test('agrees with JSON.parse on every value, however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(read(text)).toEqual(parsed(text));
      }),
    );
  });

  test('agrees with JSON.parse on damaged documents', () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom('', '"', ',', '}', ']', '\\', '0', '-', '\u0001', ' '));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), damage, (value, [at, replacement]) => {
        const text = JSON.stringify(value);
        const place = at % (text.length + 1);
        const damaged = text.slice(0, place) + replacement + text.slice(place + 1);
        const outcome = read(damaged);
        // Two things are refused here and not there: a member that stands twice, and a number beyond all numbers.
        if (outcome !== 'refused') expect(outcome).toEqual(parsed(damaged));
        else if (parsed(damaged) !== 'refused') expect(describeRefusal(damaged)).toMatch(/twice|too large/);
      }),
      { numRuns: 500 },
    );
  });

  test('answers any text with a value or a place within it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const outcome = readJson(text);
        if (outcome.ok) return;
        const lines = text.split('\n');
        const { line, column } = outcome.problem;
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
      }),
    );
  });

  test.each([
    ['', 1, 1, 'the document ends too early', 'a JSON value'],
    ['{"a": 1,\n  }', 2, 3, 'unexpected "}"', 'a member name in double quotes'],
    ['[1\n 2]', 2, 2, 'unexpected "2"', '"," or "]"'],
    ['{"a" 1}', 1, 6, 'unexpected "1"', '":" after the member name'],
    ['{"a": 1,\r\n "a": 2}', 2, 2, 'the member "a" stands twice', 'each member once'],
    ['[1] x', 1, 5, 'text after the end of the document', 'one JSON value'],
    ['\uFEFF{}', 1, 1, 'unexpected character U+FEFF', 'a JSON value'],
    ['{"a": NaN}', 1, 7, 'unexpected "N"', 'a JSON value'],
    ['[01]', 1, 3, 'unexpected "1"', '"," or "]"'],
  ])('%j is refused at %i:%i', (text, line, column, message, expected) => {
    expect(readJson(text)).toEqual({ ok: false, problem: { line, column, message, expected } });
  });

  test.each([
    ['an endless text', '{"a": "b'],
    ['a wrong escape', '["\\x"]'],
    ['a line break in a text', '["a\nb"]'],
    ['a number beyond all numbers', '[1e999]'],
    ['depth that would exhaust the stack', '['.repeat(100_000)],
    ['a comment', '[1] // one'],
    ['single quotes', "['a']"],
  ])('%s is refused', (_, text) => {
    expect(readJson(text).ok).toBe(false);
  });
});

function describeRefusal(text: string): string {
  const outcome = readJson(text);
  return outcome.ok ? '' : outcome.problem.message;
}
