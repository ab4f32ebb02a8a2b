import type { History } from '../../sim/history/history.ts';
import { watchMaps } from '../invariants/map-in-force.ts';
import type { Milestone } from '../run-result.ts';

const most = 400;

/** The story of the day: what an operator would tell of it. */
export function watchMilestones(
  history: History,
  said: (milestone: Milestone) => void,
): readonly Milestone[] {
  const milestones: Milestone[] = [];
  function say(timeUs: number, level: Milestone['level'], text: string): void {
    if (milestones.length >= most) return;
    const milestone = { timeUs, level, text };
    milestones.push(milestone);
    said(milestone);
  }
  history.on('fault.started', (event, timeUs) => {
    say(timeUs, 'fault', `${event.id} ${event.faultKind}: ${list(event.targets)}`);
  });
  history.on('fault.ended', (event, timeUs) => {
    say(timeUs, 'fault', `${event.id} ${event.faultKind} over, ${event.hits} hits`);
  });
  history.on('rollout.started', (event, timeUs) => {
    say(
      timeUs,
      'info',
      `rollout of ${event.image} to ${event.canaryColour} (stable is ${event.stableColour})`,
    );
  });
  history.on('rollout.stage', (event, timeUs) => {
    const level = event.state === 'passed' ? 'success' : event.state === 'entered' ? 'info' : 'warning';
    say(timeUs, level, `stage ${event.stage} ${event.name} (${event.tools} tools) ${event.state}`);
  });
  history.on('gate.decided', (event, timeUs) => {
    if (event.decision === 'pass') return;
    say(timeUs, 'warning', `gate of stage ${event.stage}: ${event.decision}: ${event.reason}`);
  });
  history.on('rollback.started', (event, timeUs) => {
    say(timeUs, 'warning', `rollback ${event.level}: ${event.reason}`);
  });
  history.on('rollback.completed', (event, timeUs) => {
    const missing =
      event.missingGateways.length === 0 ? 'everywhere' : `without ${list(event.missingGateways)}`;
    say(
      timeUs,
      event.missingGateways.length === 0 ? 'success' : 'warning',
      `rollback ${event.level} complete ${missing}`,
    );
  });
  history.on('rollout.promoted', (event, timeUs) => {
    say(timeUs, 'success', `${event.stableColour} is stable now`);
  });
  history.on('rollout.ended', (event, timeUs) => {
    say(
      timeUs,
      event.outcome === 'promoted' ? 'success' : 'warning',
      `rollout ended: ${event.outcome} (${event.reason})`,
    );
  });
  history.on('leader.elected', (event, timeUs) => {
    say(timeUs, 'info', `${event.colour}: ${event.defenderId} leads, term ${event.term}`);
  });
  watchMaps(history, (event, timeUs) => {
    say(
      timeUs,
      'info',
      `${event.colour}: map ${event.version} by ${event.reason}, ${event.members} members, ${event.moved} of ${event.units} units moved`,
    );
  });
  history.on('update.started', (event, timeUs) =>
    say(timeUs, 'info', `${event.deployment}: rolling update to ${event.image}`),
  );
  history.on('update.completed', (event, timeUs) =>
    say(timeUs, 'success', `${event.deployment}: updated in ${(event.durationMs / 1000).toFixed(0)} s`),
  );
  history.on('update.stuck', (event, timeUs) => {
    const minutes = (event.sinceStartMs / 60_000).toFixed(1);
    say(
      timeUs,
      'warning',
      `${event.deployment}: the update makes no progress (${minutes} min after its start)`,
    );
  });
  watchDrains(history, say);
  history.on('node.down', (event, timeUs) => say(timeUs, 'fault', `machine ${event.node} is down`));
  history.on('routing.stale', (event, timeUs) =>
    say(
      timeUs,
      'warning',
      `${event.gateway} has heard nothing of Management for ${(event.ageMs / 1000).toFixed(0)} s`,
    ),
  );
  history.on('phase', (event, timeUs) => say(timeUs, 'info', `phase: ${event.phase}`));
  return milestones;
}

/** Drains of machines: who holds them up is said once for each pod. */
function watchDrains(
  history: History,
  say: (timeUs: number, level: Milestone['level'], text: string) => void,
): void {
  const refused = new Set<string>();
  history.on('node.cordoned', ({ node }, timeUs) =>
    say(timeUs, 'info', `machine ${node} takes no more pods`),
  );
  history.on('node.uncordoned', ({ node }, timeUs) =>
    say(timeUs, 'info', `machine ${node} takes pods again`),
  );
  history.on('pod.eviction-refused', ({ pod, healthy, needed, replicas }, timeUs) => {
    if (refused.has(pod)) return;
    refused.add(pod);
    const why = needed >= replicas ? 'its budget lets none go' : `${healthy} are ready, ${needed} must be`;
    say(timeUs, 'warning', `${pod} may not be evicted: ${why}`);
  });
  history.on('node.drained', ({ node, durationMs }, timeUs) => {
    say(timeUs, 'success', `machine ${node} was drained in ${(durationMs / 1000).toFixed(0)} s`);
  });
  history.on('node.drain-given-up', ({ node, pods, durationMs }, timeUs) => {
    say(
      timeUs,
      'warning',
      `machine ${node} not drained in ${(durationMs / 1000).toFixed(0)} s: ${list(pods)}`,
    );
  });
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'nothing to hit';
  return names.length <= 4
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
