import { instantFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { draw, podsOf } from '../target-group.ts';

/** Gateways start again, with or without the list that they had stored (delivery F12). */
export const routingGatewayRestart = instantFault({
  kind: 'routing.gateway-restart',
  summary: 'gateways start again, with or without their stored list',
  effect:
    'The process of the chosen gateways is gone at once and started again in the same pod. kept: it has the list of its last life. lost: it has none, and is not ready until Management has told it one.',
  live: 'kill -9 1 in the container; for lost after emptying its volume',
  rulesUsuallyHit: ['routing.one-colour', 'rollback.bound', 'durability.acknowledged'],
  parameters: [
    {
      name: 'count',
      type: 'integer',
      unit: 'gateways',
      minimum: 1,
      maximum: 200,
      typical: [1, 2],
      default: 1,
      doc: 'how many at once',
    },
    {
      name: 'disk',
      type: 'choice',
      choices: ['kept', 'lost'],
      default: 'lost',
      doc: 'what becomes of the stored list',
    },
  ],
  impact: () => ({ dependency: 'gateway', big: true, storageLost: 0, groupSize: 1, settleMs: 60_000 }),
  act(world, values, random) {
    const pods = draw(random, podsOf(world, 'gateway', 'any'), numberOf(values, 'count'));
    for (const { name } of pods) {
      world.kubernetes.killPod(name);
      if (textOf(values, 'disk') === 'lost') world.volumes.loseVolume(name);
    }
    return pods.map(({ name }) => name);
  },
});
