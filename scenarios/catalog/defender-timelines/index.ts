import type { Scenario } from '../scenario.ts';
import { allCutOff } from './all-cut-off.ts';
import { clusterDeath } from './cluster-death.ts';
import { clusterScaledToNothing } from './cluster-restart.ts';
import { coldStart } from './cold-start.ts';
import { crash } from './crash.ts';
import { joinsAndCrash } from './joins-and-crash.ts';
import { leaderCrash } from './leader-crash.ts';
import { leaderCrashInColdStart } from './leader-crash-in-cold-start.ts';
import { leaderCutOff } from './leader-cut-off.ts';
import { rollingUpdateOfThirty } from './rolling-update.ts';
import { sameIdBack } from './same-id-back.ts';
import { twoJoins } from './two-joins.ts';

/** The eleven timelines of defender §3, in its order. */
export const defenderTimelines: readonly Scenario[] = [
  coldStart,
  twoJoins,
  crash,
  joinsAndCrash,
  leaderCrash,
  leaderCrashInColdStart,
  clusterScaledToNothing,
  clusterDeath,
  rollingUpdateOfThirty,
  sameIdBack,
  allCutOff,
  leaderCutOff,
];
