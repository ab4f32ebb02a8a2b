import type { History } from '../../sim/history/history.ts';
import { colours, type Colour } from '../../system/ports/colour.ts';
import { watchMaps } from '../invariants/map-in-force.ts';
import { OwnershipBook } from '../invariants/ownership.ts';
import type { ClusterOutcome, OwnershipChange, RebalanceOutcome } from '../run-result.ts';
import { Durations } from './durations.ts';
import { watchRedeliveries } from './redeliveries.ts';

/** What became of the Defenders: who owned what, which maps there were and why, how long units were nobody's (issue 6 §4). */
export function watchCluster(history: History): (endUs: number) => ClusterOutcome {
  const ownership: OwnershipChange[] = [];
  const rebalances: RebalanceOutcome[] = [];
  const gaps = new Gaps(history);
  const ids = new Map<string, string>();
  const stages = new Map<string, Durations>();
  const redeliveries = watchRedeliveries(history);
  history.on('identity.claimed', ({ pod, defenderId }) => {
    ids.set(pod, defenderId);
  });
  new OwnershipBook(history, {
    changed(colour, pod, taken, given, timeUs, end) {
      const defenderId = ids.get(pod) ?? '';
      ownership.push({ timeMs: Math.round(timeUs / 1000), colour, pod, defenderId, taken, given, end });
      for (const unit of taken) gaps.taken(colour, unit, timeUs);
      for (const unit of given) gaps.given(colour, unit, timeUs);
    },
  });
  watchMaps(history, (map, timeUs) => {
    const { colour, version, reason, members, units, joined, left, moved, movedToJoined, movedFromLeft } =
      map;
    const timeMs = Math.round(timeUs / 1000);
    const change = { joined: joined.length, left: left.length, moved, movedToJoined, movedFromLeft };
    rebalances.push({ timeMs, colour, version, reason, members, units, ...change });
  });
  history.on('processing.stage', ({ stage, durationMs }) => {
    let durations = stages.get(stage);
    if (durations === undefined) {
      durations = new Durations();
      stages.set(stage, durations);
    }
    durations.add(durationMs);
  });
  return (endUs) => ({
    ownership,
    rebalances,
    unowned: gaps.outcome(endUs),
    stages: [...stages].map(([stage, durations]) => ({
      stage,
      p50Ms: durations.percentile(0.5),
      p95Ms: durations.percentile(0.95),
      p99Ms: durations.percentile(0.99),
      maxMs: durations.max,
    })),
    redeliveries: redeliveries(),
  });
}

/** Times in which a unit had no live owner, after its first one; while a colour is scaled to nothing none count. */
class Gaps {
  readonly #owners: Record<Colour, Map<string, number>> = { blue: new Map(), green: new Map() };
  readonly #sinceUs: Record<Colour, Map<string, number>> = { blue: new Map(), green: new Map() };
  readonly #durations = new Durations();

  constructor(history: History) {
    history.on('deployment.changed', ({ deployment, replicas }) => {
      if (replicas > 0) return;
      for (const colour of colours) {
        if (deployment !== `defender-${colour}`) continue;
        this.#owners[colour].clear();
        this.#sinceUs[colour].clear();
      }
    });
  }

  taken(colour: Colour, unit: string, timeUs: number): void {
    const owners = this.#owners[colour].get(unit) ?? 0;
    this.#owners[colour].set(unit, owners + 1);
    const sinceUs = this.#sinceUs[colour].get(unit);
    if (sinceUs === undefined) return;
    this.#sinceUs[colour].delete(unit);
    this.#durations.add((timeUs - sinceUs) / 1000);
  }

  given(colour: Colour, unit: string, timeUs: number): void {
    const owners = this.#owners[colour].get(unit) ?? 0;
    if (owners === 0) return;
    this.#owners[colour].set(unit, owners - 1);
    if (owners === 1) this.#sinceUs[colour].set(unit, timeUs);
  }

  outcome(endUs: number): ClusterOutcome['unowned'] {
    let open = 0;
    for (const colour of colours) {
      for (const sinceUs of this.#sinceUs[colour].values()) {
        open++;
        this.#durations.add((endUs - sinceUs) / 1000);
      }
      this.#sinceUs[colour].clear();
    }
    return {
      times: this.#durations.total,
      open,
      p50Ms: this.#durations.percentile(0.5),
      p99Ms: this.#durations.percentile(0.99),
      maxMs: this.#durations.max,
    };
  }
}
