import type { DefenderSettings } from '../../system/defender/settings.ts';

/** Values of Defender settings by name, in place of the default ones. */
export type Design = Readonly<Record<string, number>>;

/** A setting of the Defenders that a study may vary. */
export interface DesignSetting {
  readonly name: string;
  readonly unit: 'milliseconds';
  readonly minimum: number;
  readonly maximum: number;
  readonly doc: string;
  apply(settings: DefenderSettings, value: number): DefenderSettings;
}

/** Missed heartbeats that make a member dead (defender §2), also where the heartbeat is varied. */
const missedBeats = 3;

function milliseconds(
  name: string,
  minimum: number,
  maximum: number,
  doc: string,
  apply: DesignSetting['apply'],
): DesignSetting {
  return { name, unit: 'milliseconds', minimum, maximum, doc, apply };
}

/** In the order in which they are applied: what follows from another setting can still be varied itself. */
export const designSettings: readonly DesignSetting[] = [
  milliseconds(
    'heartbeatMs',
    200,
    30_000,
    'between heartbeats; death is three of them unless varied too',
    (settings, heartbeatMs) => ({
      ...settings,
      heartbeatMs,
      deadAfterMs: missedBeats * heartbeatMs,
      leaderDeadAfterMs: missedBeats * heartbeatMs,
    }),
  ),
  milliseconds('deadAfterMs', 400, 120_000, 'silence that makes a member dead', (settings, deadAfterMs) => ({
    ...settings,
    deadAfterMs,
  })),
  milliseconds(
    'claimTtlMs',
    1_000,
    600_000,
    'until a claim without renewals is free',
    (settings, claimTtlMs) => ({
      ...settings,
      claimTtlMs,
    }),
  ),
  milliseconds(
    'ackWaitMs',
    1_000,
    600_000,
    'until an unacknowledged completion comes again',
    (settings, ackWaitMs) => ({
      ...settings,
      ackWaitMs,
    }),
  ),
  milliseconds('pullExpiresMs', 500, 60_000, 'life of one pull', (settings, pullExpiresMs) => ({
    ...settings,
    pullExpiresMs,
  })),
  milliseconds('plannedScalingMs', 0, 300_000, 'window of planned changes', (settings, plannedScalingMs) => ({
    ...settings,
    windows: { ...settings.windows, plannedScalingMs },
  })),
  milliseconds('coldStartMs', 0, 300_000, 'window of a cold start', (settings, coldStartMs) => ({
    ...settings,
    windows: { ...settings.windows, coldStartMs },
  })),
  milliseconds('rebalanceFloorMs', 0, 300_000, 'least time between maps', (settings, rebalanceFloorMs) => ({
    ...settings,
    rebalanceFloorMs,
  })),
  milliseconds('drainMs', 0, 60_000, 'for work in flight after SIGTERM', (settings, drainMs) => ({
    ...settings,
    drainMs,
  })),
];

/** The settings with those of the design in their place. */
export function applyDesign(settings: DefenderSettings, design: Design): DefenderSettings {
  let applied = settings;
  for (const { name, apply } of designSettings) {
    const value = design[name];
    if (value !== undefined) applied = apply(applied, value);
  }
  return applied;
}

/** Which rule of the protocol these settings break; undefined for a design that can work. */
export function impossible(settings: DefenderSettings): string | undefined {
  const { heartbeatMs, deadAfterMs, claimTtlMs, drainMs, graceMs, ackWaitMs, pullExpiresMs } = settings;
  if (deadAfterMs <= heartbeatMs) {
    return `deadAfterMs=${deadAfterMs} with heartbeatMs=${heartbeatMs}: expected more than one heartbeat, or everyone is dead between two (defender §2)`;
  }
  if (claimTtlMs <= deadAfterMs) {
    return `claimTtlMs=${claimTtlMs} with deadAfterMs=${deadAfterMs} (heartbeatMs=${heartbeatMs}): expected a claim that outlives detection; it is only the backstop (defender §2)`;
  }
  if (drainMs >= graceMs) {
    return `drainMs=${drainMs} with a grace period of ${graceMs} ms: expected less, so that the id can still be released (delivery R202, C29)`;
  }
  if (ackWaitMs <= heartbeatMs) {
    return `ackWaitMs=${ackWaitMs} with heartbeatMs=${heartbeatMs}: expected more than a heartbeat, with which long work is made known (defender §5)`;
  }
  if (pullExpiresMs > ackWaitMs) {
    return `pullExpiresMs=${pullExpiresMs} with ackWaitMs=${ackWaitMs}: expected pulls that end before the ack wait does (defender §5)`;
  }
  return undefined;
}
