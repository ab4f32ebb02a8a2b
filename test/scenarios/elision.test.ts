import { describe, expect, test } from 'vitest';
import { runScenario } from '../../scenarios/runner.ts';
import type { WorldEvent } from '../../sim/history/world-event.ts';

interface Outcome {
  readonly verdict: string;
  readonly events: number;
  /** How often each kind of event happened. */
  readonly kinds: Readonly<Record<string, number>>;
  /** What came out for each context: its completed chart, the stored one, whether it raised an alarm. */
  readonly contexts: ReadonlyMap<string, { expected?: number; stored?: number; alarm?: boolean }>;
}

async function play(scenario: string, tools: string, seed: bigint, elide: boolean): Promise<Outcome> {
  const kinds: Record<string, number> = {};
  const contexts = new Map<string, { expected?: number; stored?: number; alarm?: boolean }>();
  const of = (contextId: string): { expected?: number; stored?: number; alarm?: boolean } => {
    const found = contexts.get(contextId) ?? {};
    contexts.set(contextId, found);
    return found;
  };
  const observe = (event: WorldEvent): void => {
    kinds[event.kind] = (kinds[event.kind] ?? 0) + 1;
    if (event.kind === 'context.completed') of(event.contextId).expected = event.expectedDigest;
    if (event.kind === 'uchart.stored') of(event.contextId).stored = event.digest;
    if (event.kind === 'alarm.raised') of(event.contextId).alarm = true;
  };
  const run = await runScenario({ scenario, seed, overrides: { tools } }, { elide, observe });
  return { verdict: run.verdict, events: run.events, kinds, contexts };
}

/** DESIGN, speed: "a test compares elided and unelided runs of the same seed: same history, same verdict". */
describe('eliding events changes how fast a run is, and nothing else', () => {
  test('a quiet day has the same history, event for event', { timeout: 120_000 }, async () => {
    const elided = await play('quiet-day', '20', 3n, true);
    const explicit = await play('quiet-day', '20', 3n, false);
    expect(elided.verdict).toBe('passed');
    expect(explicit.verdict).toBe('passed');
    expect(elided.contexts.size).toBeGreaterThan(30);
    expect(elided.contexts).toEqual(explicit.contexts);
    expect(elided.kinds).toEqual(explicit.kinds);
    expect(explicit.events).toBeGreaterThan(2 * elided.events);
  });

  test.each(['cassandra-storm', 'nats-storm', 'defender-churn'])(
    '%s: the same verdict, and the same result and alarm for every context',
    { timeout: 120_000 },
    async (scenario) => {
      const elided = await play(scenario, '40', 5n, true);
      const explicit = await play(scenario, '40', 5n, false);
      expect(elided.verdict).toBe(explicit.verdict);
      expect(elided.contexts.size).toBeGreaterThan(60);
      expect(elided.contexts).toEqual(explicit.contexts);
    },
  );
});
