import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MetricsQuery } from '../../../system/ports/metrics-query.ts';
import { PromQueryError } from '../../../sim/prometheus/promql/value.ts';
import { gaugeOf, increaseOf, Testbed, type Exposed } from './testbed.ts';

/** The query that the real adapter would send. */
function textOf(query: MetricsQuery): string {
  const matchers = Object.entries(query.labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',');
  switch (query.kind) {
    case 'increase':
      return `sum(increase(${query.name}{${matchers}}[${query.windowMs}ms]))`;
    case 'quantile':
      return (
        `histogram_quantile(${query.quantile}, sum by (le) ` +
        `(rate(${query.name}_bucket{${matchers}}[${query.windowMs}ms])))`
      );
    case 'gauge':
      return `sum(${query.name}{${matchers}})`;
  }
}

/** What a text query gives to a gate: nothing where it is empty or NaN. */
function askText(bed: Testbed, query: MetricsQuery): number | undefined {
  const value = bed.prometheus.query(textOf(query));
  if (value.kind !== 'vector') throw new Error(`a gate asks for vectors, not for a ${value.kind}`);
  const [first] = value.samples;
  return first === undefined || Number.isNaN(first.value) ? undefined : first.value;
}

const act = fc.record({
  pod: fc.nat(3),
  kind: fc.constantFrom('count', 'count', 'count', 'kill', 'restart', 'cut', 'outage'),
  amount: fc.nat(20),
  forMs: fc.integer({ min: 500, max: 90_000 }),
});

test('the three forms of a gate mean what their text means, whatever happens to the pods', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 24 }), async (acts) => {
      const bed = new Testbed();
      const pods: Exposed[] = [0, 1, 2, 3].map((pod) =>
        bed.expose(`pod-${pod}`, { colour: pod < 2 ? 'blue' : 'green' }),
      );
      for (const { pod, kind, amount, forMs } of acts) {
        const exposed = pods[pod] as Exposed;
        if (kind === 'count') {
          exposed.telemetry.counter('requests_total', { code: amount % 3 === 0 ? '500' : '200' }).add(amount);
          exposed.telemetry.gauge('backlog', {}).set(amount);
          exposed.telemetry.histogram('latency_ms', {}, [10, 100, 1_000]).observe(amount * 61);
        }
        if (kind === 'kill' || kind === 'restart') exposed.process.kill();
        if (kind === 'restart') {
          pods[pod] = bed.expose(exposed.instance, { colour: pod < 2 ? 'blue' : 'green' }, exposed);
        }
        const cut =
          kind === 'cut' && bed.network.impose({ cut: true }, [exposed.host], [bed.prometheus.host]);
        bed.prometheus.setOutage(kind === 'outage');
        await bed.runFor(forMs);
        if (cut !== false) bed.network.lift(cut);
        bed.prometheus.setOutage(false);
      }
      for (const labels of [{}, { colour: 'blue' }, { colour: 'green', code: '500' }]) {
        for (const windowMs of [30_000, 61_000, 300_000]) {
          const queries: readonly MetricsQuery[] = [
            increaseOf('requests_total', windowMs, labels),
            gaugeOf('backlog', labels),
            { kind: 'quantile', quantile: 0.95, name: 'latency_ms', labels, windowMs },
          ];
          for (const query of queries) {
            const [fast, text] = [bed.ask(query), askText(bed, query)];
            if (fast === undefined || text === undefined) expect(text).toBe(fast);
            else expect(Math.abs(fast - text)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(text)));
            if (fast !== undefined) compared++;
          }
        }
      }
    }),
    { numRuns: 60, seed: 11 },
  );
  expect(compared).toBeGreaterThan(500);
}, 60_000);

test('what is not modelled is refused, never guessed', () => {
  const bed = new Testbed();
  for (const query of [
    'sin(up)',
    'limitk(1, up)',
    'mad_over_time(up[5m])',
    'hour()',
    'histogram_fraction(0, 1, up)',
  ]) {
    expect(() => bed.prometheus.query(query)).toThrow(PromQueryError);
  }
});
