import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { subjectMatches } from '../../../sim/nats/subjects.ts';

/** The rule as NATS tells it, token by token. */
function matchesByTokens(filter: readonly string[], subject: readonly string[]): boolean {
  const [wanted, ...furtherWanted] = filter;
  const [given, ...furtherGiven] = subject;
  if (wanted === undefined || given === undefined) return wanted === given;
  if (wanted === '>') return true;
  return (wanted === '*' || wanted === given) && matchesByTokens(furtherWanted, furtherGiven);
}

const token = fc.constantFrom('a', 'b', 'ab', 'dc', 'complete');
const subject = fc.array(token, { minLength: 1, maxLength: 5 });
const filter = fc
  .tuple(
    fc.array(fc.oneof(token, fc.constant('*')), { minLength: 1, maxLength: 5 }),
    fc.constantFrom([], ['>']),
  )
  .map(([tokens, rest]) => [...tokens, ...rest]);

describe('subjectMatches', () => {
  test.each([
    ['dc.*.complete', 'dc.tool-1.complete', true],
    ['dc.*.complete', 'dc.complete', false],
    ['dc.>', 'dc', false],
    ['dc.>', 'dc.tool-1.complete', true],
    ['>', 'dc', true],
    ['dc.tool-1', 'dc.tool-10', false],
    ['dc.tool-10', 'dc.tool-1', false],
    ['dc.*', 'dc.a.b', false],
    ['dc.*a', 'dc.ba', false],
  ])('%s and %s', (wanted, given, matches) => {
    expect(subjectMatches(wanted, given)).toBe(matches);
  });

  test('is the rule by tokens', () => {
    fc.assert(
      fc.property(filter, subject, (wanted, given) => {
        expect(subjectMatches(wanted.join('.'), given.join('.'))).toBe(matchesByTokens(wanted, given));
      }),
      { numRuns: 2000 },
    );
  });
});
