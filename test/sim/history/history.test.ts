import { describe, expect, test } from 'vitest';
import { History } from '../../../sim/history/history.ts';
import type { WorldEvent } from '../../../sim/history/world-event.ts';
import { Kernel } from '../../../sim/kernel/index.ts';
import { event } from '../../scenarios/invariants/events.ts';

function digestOf(...events: readonly WorldEvent[]): string {
  const kernel = new Kernel({ seed: 1n });
  const history = new History(kernel);
  for (const one of events) history.record('test', one);
  return kernel.fingerprint.digest();
}

describe('a history', () => {
  test('hands each event to those who asked for its kind, in their order, then to those who see all', () => {
    const kernel = new Kernel({ seed: 1n });
    const history = new History(kernel);
    const seen: unknown[] = [];
    history.onAny((any, timeUs, source) => seen.push(['any', any.kind, timeUs, source]));
    history.on('tool.retry', ({ attempt }, timeUs, source) => seen.push(['first', attempt, timeUs, source]));
    history.on('tool.retry', () => seen.push('second'));
    kernel.nowUs = 5;
    history.record('T0001', event('tool.retry', { attempt: 3 }));
    history.record('chaos', event('phase'));
    expect(seen).toEqual([
      ['first', 3, 5, 'T0001'],
      'second',
      ['any', 'tool.retry', 5, 'T0001'],
      ['any', 'phase', 5, 'chaos'],
    ]);
    expect(history.recorded).toBe(2);
  });

  test('has the same fingerprint for the same events, whoever watches', () => {
    const kernel = new Kernel({ seed: 1n });
    const history = new History(kernel);
    history.on('phase', () => undefined);
    history.record('another', event('phase'));
    expect(kernel.fingerprint.digest()).toBe(digestOf(event('phase')));
  });

  test.each<[WorldEvent, WorldEvent]>([
    [event('phase', { phase: 'faults' }), event('phase', { phase: 'ended' })],
    [event('tool.retry', { attempt: 1 }), event('tool.retry', { attempt: 2 })],
    [event('cache.lookup', { hit: true }), event('cache.lookup', { hit: false })],
    [event('routing.changed'), event('routing.changed', { canaryTools: ['T0001'] })],
    [
      event('routing.changed', { canaryTools: ['T0001'] }),
      event('routing.changed', { canaryTools: ['T0002'] }),
    ],
    [labelled({ role: 'stable' }), labelled({ role: 'canary' })],
    [labelled({ role: 'stable' }), labelled({ colour: 'stable' })],
  ])('tells events apart in every field (%#)', (one, other) => {
    expect(digestOf(one)).not.toBe(digestOf(other));
  });

  test('tells orders apart', () => {
    const [one, other] = [event('phase'), event('tool.retry')];
    expect(digestOf(one, other)).not.toBe(digestOf(other, one));
  });
});

function labelled(labels: Readonly<Record<string, string>>): WorldEvent {
  return { kind: 'deployment.labelled', deployment: 'collector-blue', labels, by: 'rollout' };
}
