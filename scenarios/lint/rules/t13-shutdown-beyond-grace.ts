import { itemsAt, nodeAt, numberAt, textAt, type ManifestNode } from '../documents/manifest-node.ts';
import { isWorkload, placeOf } from '../input/resource.ts';
import { durationMs } from '../../../sim/prometheus/promql/lexer.ts';
import type { LintRule } from './rule.ts';

const defaultGraceSeconds = 30;

function preStopSeconds(container: ManifestNode): number {
  const hook = nodeAt(container, 'lifecycle', 'preStop');
  const sleep = numberAt(hook, 'sleep', 'seconds');
  if (sleep !== undefined) return sleep;
  const words = itemsAt(hook, 'exec', 'command').map((word) => textAt(word) ?? '');
  return Number(/\bsleep\s+(\d+)/.exec(words.join(' '))?.[1] ?? 0);
}

function drainSeconds(container: ManifestNode): number {
  for (const variable of itemsAt(container, 'env')) {
    const name = textAt(variable, 'name') ?? '';
    if (!/(DRAIN|SHUTDOWN)/i.test(name)) continue;
    const text = textAt(variable, 'value') ?? '';
    const length = durationMs(
      /^\d+$/.test(text) ? (/MS$|MILLIS/i.test(name) ? `${text}ms` : `${text}s`) : text,
    );
    if (length !== undefined) return length / 1000;
  }
  return 0;
}

export const shutdownBeyondGrace: LintRule = {
  id: 'T13',
  title: 'Shutdown that does not fit the grace period',
  effect:
    'the process is killed before it has unsubscribed and released its id and leadership: unacked messages come again after the ack wait',
  fix: 'the grace period starts before preStop: preStop + drain must leave seconds for the release (drain ≤ 18 s of 30, or grace 45)',
  source: 'issue 7 §4: budgets that cannot hold (delivery 71, 73, C29)',
  check: (input) =>
    input.resources.filter(isWorkload).flatMap((workload) => {
      const pod = nodeAt(workload.root, 'spec', 'template', 'spec');
      const grace = numberAt(pod, 'terminationGracePeriodSeconds') ?? defaultGraceSeconds;
      return itemsAt(pod, 'containers').flatMap((container) => {
        const preStop = preStopSeconds(container);
        const drain = drainSeconds(container);
        if (preStop + drain === 0 || preStop + drain < grace) return [];
        const name = textAt(container, 'name') ?? '';
        const key = preStop > 0 ? 'lifecycle' : 'env';
        return [
          {
            place: placeOf(container, key),
            why: `container ${name} takes ${preStop} s in preStop and ${drain} s to drain; the grace period is ${grace} s`,
          },
        ];
      });
    }),
};
