import { decodeUChart, type UChart } from '../../system/charts/uchart.ts';
import { defaultStrategies, judgeAll, learnAll } from '../../system/charts/strategies/defence.ts';
import type { Limits } from '../../system/charts/strategies/strategy.ts';
import type { History } from '../../sim/history/history.ts';

/** How far back a judgement looks; the Defender's `historyLength`. */
const historyLength = 20;

/** What the tools know of their own contexts. */
export interface FaultFreeSource {
  readonly equipment: {
    /** Charts of the qualified history, by recipe. */
    qualifiedCharts(): ReadonlyMap<string, readonly Uint8Array[]>;
    /** The chart of a completed context's own points; undefined when it is not known. */
    expectedUChart(contextId: string): UChart | undefined;
  };
}

interface Pending {
  readonly contextId: string;
  readonly previousSequence: number;
  readonly chart: UChart;
}

/** The contexts of one unit and recipe, judged in their own order whatever the order in which they were completed. */
class UnitOracle {
  readonly #limits: readonly Limits[];
  readonly #waiting = new Map<number, Pending>();
  #recent: UChart[] = [];
  #last = 0;
  /** Judgements to come that look back past a context which nobody will ever complete. */
  #unknowable = 0;

  constructor(limits: readonly Limits[]) {
    this.#limits = limits;
  }

  /** `isGivenUp` tells of sequences that will never be completed. */
  add(
    pending: Pending,
    isGivenUp: (contextSequence: number) => boolean,
    judged: (contextId: string, alarm: boolean) => void,
  ): void {
    this.#waiting.set(pending.previousSequence, pending);
    for (;;) {
      const next = this.#waiting.get(this.#last) ?? this.#pastGap(isGivenUp);
      if (next === undefined) return;
      this.#waiting.delete(next.previousSequence);
      const judgement = judgeAll(defaultStrategies, this.#limits, this.#recent, next.chart);
      if (this.#unknowable === 0) judged(next.contextId, judgement.alarm);
      else this.#unknowable--;
      this.#last = next.chart.contextSequence;
      this.#recent = [...this.#recent, next.chart].slice(-historyLength);
    }
  }

  /** A tool gives up its oldest contexts, so all that are missing before the next one are gone for good. */
  #pastGap(isGivenUp: (contextSequence: number) => boolean): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#waiting.values()) {
      if (first === undefined || pending.previousSequence < first.previousSequence) first = pending;
    }
    if (first === undefined || !isGivenUp(first.previousSequence)) return undefined;
    this.#unknowable = historyLength;
    return first;
  }
}

/** What a fault-free run would judge of every completed context, computed from the tools' own points as the run goes. */
export class FaultFreeOracle {
  readonly #judgements = new Map<string, boolean>();
  readonly #units = new Map<string, UnitOracle>();
  readonly #limits: Map<string, readonly Limits[]>;

  /** `limits`, by recipe: as an earlier run with the same qualified charts learnt them; learnt here where it is empty. */
  constructor(world: FaultFreeSource, history: History, limits = new Map<string, readonly Limits[]>()) {
    this.#limits = limits;
    if (limits.size === 0) {
      for (const [recipe, charts] of world.equipment.qualifiedCharts()) {
        limits.set(recipe, learnAll(defaultStrategies, charts.map(decodeUChart)));
      }
    }
    const givenUp = new Set<string>();
    history.on('tool.overflow', ({ contextId }) => {
      givenUp.add(contextId);
    });
    history.on('context.completed', (event) => {
      const chart = world.equipment.expectedUChart(event.contextId);
      if (chart === undefined) return;
      const key = `${event.unit}\u0000${event.recipe}`;
      let unit = this.#units.get(key);
      if (unit === undefined) {
        unit = new UnitOracle(this.#limits.get(event.recipe) ?? learnAll(defaultStrategies, []));
        this.#units.set(key, unit);
      }
      unit.add(
        { contextId: event.contextId, previousSequence: event.previousSequence, chart },
        (contextSequence) => givenUp.has(`${event.tool}/${contextSequence}`),
        (contextId, alarm) => this.#judgements.set(contextId, alarm),
      );
    });
  }

  judgement(contextId: string): { readonly alarm: boolean } | undefined {
    const alarm = this.#judgements.get(contextId);
    return alarm === undefined ? undefined : { alarm };
  }
}
