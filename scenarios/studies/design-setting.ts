import type { DefenderSettings } from '../../system/defender/settings.ts';

/** Values of Defender settings by name, in place of the default ones. */
export type Design = Readonly<Record<string, number>>;

/** A setting of the Defenders that a study may vary. */
export interface DesignSetting {
  readonly name: string;
  readonly unit: 'milliseconds' | 'ids' | 'percent of the mean load';
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
  milliseconds('crashMs', 0, 300_000, 'window after a crash', (settings, crashMs) => ({
    ...settings,
    windows: { ...settings.windows, crashMs },
  })),
  {
    name: 'poolSize',
    unit: 'ids',
    minimum: 1,
    maximum: 1_000,
    doc: 'ids that Defenders can claim',
    apply: (settings, poolSize) => ({ ...settings, poolSize }),
  },
  {
    name: 'capPercent',
    unit: 'percent of the mean load',
    minimum: 100,
    maximum: 1_000,
    doc: 'load above which a member gets no more units',
    apply: (settings, percent) => ({ ...settings, capRatio: percent / 100 }),
  },
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

/** A Deployment's surge: that many more pods than replicas may look for an id in a rolling update. */
const surge = 0.25;
/** Below it a ring cannot place whole units (defender §4). */
const leastCapRatio = 1.15;

/** Which rules of the protocol these settings break, each with what was expected; empty for a design that can work. */
export function brokenRules(settings: DefenderSettings, replicas: number): readonly string[] {
  const { heartbeatMs, deadAfterMs, claimTtlMs, drainMs, graceMs, ackWaitMs, pullExpiresMs } = settings;
  const { capRatio, poolSize } = settings;
  const { coldStartMs, crashMs, plannedScalingMs } = settings.windows;
  const pods = Math.ceil(replicas * (1 + surge));
  const rules: readonly (readonly [boolean, string])[] = [
    [
      deadAfterMs <= heartbeatMs,
      `deadAfterMs=${deadAfterMs} with heartbeatMs=${heartbeatMs}: expected more than one heartbeat, or everyone is dead between two (defender §2)`,
    ],
    [
      claimTtlMs <= deadAfterMs,
      `claimTtlMs=${claimTtlMs} with deadAfterMs=${deadAfterMs} (heartbeatMs=${heartbeatMs}): expected a claim that outlives detection; it is only the backstop (defender §2)`,
    ],
    [
      drainMs >= graceMs,
      `drainMs=${drainMs} with a grace period of ${graceMs} ms: expected less, so that the id can still be released (delivery R202, C29)`,
    ],
    [
      ackWaitMs <= heartbeatMs,
      `ackWaitMs=${ackWaitMs} with heartbeatMs=${heartbeatMs}: expected more than a heartbeat, with which long work is made known (defender §5)`,
    ],
    [
      pullExpiresMs > ackWaitMs,
      `pullExpiresMs=${pullExpiresMs} with ackWaitMs=${ackWaitMs}: expected pulls that end before the ack wait does (defender §5)`,
    ],
    [
      coldStartMs < plannedScalingMs,
      `coldStartMs=${coldStartMs} with plannedScalingMs=${plannedScalingMs}: expected a cold start to gather at least as long as a planned change (defender §3)`,
    ],
    [
      plannedScalingMs < crashMs,
      `plannedScalingMs=${plannedScalingMs} with crashMs=${crashMs}: expected a crash to wait no longer than a planned change, which it cuts short (defender §3)`,
    ],
    [
      coldStartMs <= deadAfterMs,
      `coldStartMs=${coldStartMs} with deadAfterMs=${deadAfterMs}: expected a window in which a new leader can see who is dead (defender §3, timeline 6)`,
    ],
    [
      poolSize < pods,
      `poolSize=${poolSize} with ${replicas} replicas: expected at least ${pods} ids, one for each pod of a rolling update with its surge of 25 % (defender §2)`,
    ],
    [
      capRatio < leastCapRatio,
      `capPercent=${Math.round(capRatio * 100)}: expected at least 115, below which whole units cannot be placed (defender §4)`,
    ],
  ];
  return rules.flatMap(([isBroken, message]) => (isBroken ? [message] : []));
}
