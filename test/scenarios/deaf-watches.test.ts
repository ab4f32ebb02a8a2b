import { expect, test } from 'vitest';
import { prepare, runScenario } from '../../scenarios/runner.ts';

const request = {
  scenario: 'defender-deaf-watches',
  seed: 1n,
  overrides: { tools: '24', defenders: '4', cassandraNodes: '3', minutes: '15' },
};

test(
  'a Defender that never reads the map by itself is lost without its watch',
  { timeout: 60_000 },
  async () => {
    const sound = await runScenario(request);
    expect([sound.verdict, sound.reasons]).toEqual(['passed', []]);
    const { plan } = prepare(request);
    const deaf = await runScenario({ ...request, plant: 'deaf-watch', plan });
    expect(deaf.reasons.join('\n')).toMatch(/^ownership\.covered: /m);
  },
);
