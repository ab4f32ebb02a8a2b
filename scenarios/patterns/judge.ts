import type { PatternObservation } from '../../sim/history/pattern-event.ts';

/** The rules that write patterns are held to (`scenarios/invariants/pattern-*`). */
export type PatternRule = 'pattern.kept' | 'pattern.once' | 'pattern.done' | 'pattern.expires';

/** What an observation breaks; each with why. */
export function breachesOf(observation: PatternObservation): readonly { rule: PatternRule; why: string }[] {
  const { acknowledged, readable, seenVersion, expectedVersion, isWhole, effects, expired, mustBeDone } =
    observation;
  const what = `${observation.pattern} under ${observation.schedule}: job ${observation.job}`;
  const breaches: { rule: PatternRule; why: string }[] = [];
  if (expired) {
    if (seenVersion > 0) breaches.push({ rule: 'pattern.expires', why: `${what} is there after its time` });
  } else {
    if (!isWhole) breaches.push({ rule: 'pattern.kept', why: `${what} is a mixture of two results` });
    if (acknowledged && readable && seenVersion < expectedVersion) {
      const found = seenVersion === 0 ? 'nothing' : `version ${seenVersion}`;
      breaches.push({
        rule: effects === 0 ? 'pattern.done' : 'pattern.kept',
        why: `${what} was acknowledged, and a reader finds ${found}`,
      });
    }
    if (acknowledged && readable && effects === 0 && seenVersion >= expectedVersion) {
      breaches.push({ rule: 'pattern.done', why: `${what} was acknowledged and never took effect` });
    }
    if (mustBeDone && !(acknowledged && readable)) {
      breaches.push({ rule: 'pattern.done', why: `${what} is still not done, or cannot be read` });
    }
  }
  if (effects > 1) breaches.push({ rule: 'pattern.once', why: `${what} took effect ${effects} times` });
  return breaches;
}
