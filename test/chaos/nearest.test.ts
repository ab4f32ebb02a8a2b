import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultKinds } from '../../chaos/catalogue.ts';
import { editDistance, nearestName, suggestion } from '../../chaos/nearest.ts';

const names = faultKinds.map((kind) => kind.kind);

test('the distance between texts is a metric in its ends', () => {
  const text = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(editDistance(left, left)).toBe(0);
      expect(editDistance(left, right)).toBe(editDistance(right, left));
      expect(editDistance(left, right)).toBeLessThanOrEqual(Math.max(left.length, right.length));
      expect(editDistance(left, right)).toBeGreaterThanOrEqual(Math.abs(left.length - right.length));
    }),
  );
});

test('a swap of neighbours is one mistake', () => {
  expect(editDistance('partition', 'partitoin')).toBe(1);
  expect(editDistance('kitten', 'sitting')).toBe(3);
});

test('a name with one mistake is found again', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), (name, at) => {
      const place = at % name.length;
      expect(nearestName(name.slice(0, place) + name.slice(place + 1), names)).toBe(name);
      expect(nearestName(name.toUpperCase(), names)).toBe(name);
    }),
  );
});

test('a name that is like none gets no suggestion', () => {
  expect(nearestName('xylophone', names)).toBeUndefined();
  expect(suggestion('xylophone', names)).toBe('');
  expect(suggestion('impair-acks', names)).toBe('; did you mean nats.impair-acks?');
});
