import { decodeUChart, type UChart } from '../../system/charts/uchart.ts';
import { defaultStrategies, judgeAll, learnAll } from '../../system/charts/strategies/defence.ts';
import type { Limits } from '../../system/charts/strategies/strategy.ts';
import type { History } from '../../sim/history/history.ts';
import type { World } from '../../sim/world.ts';

/** How far back a judgement looks; the Defender's `historyLength`. */
const historyLength = 20;

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
  #last: number | undefined;

  constructor(limits: readonly Limits[]) {
    this.#limits = limits;
  }

  add(pending: Pending, judged: (contextId: string, alarm: boolean) => void): void {
    this.#waiting.set(pending.previousSequence, pending);
    for (;;) {
      const next = this.#waiting.get(this.#last ?? 0);
      if (next === undefined) return;
      this.#waiting.delete(next.previousSequence);
      const judgement = judgeAll(defaultStrategies, this.#limits, this.#recent, next.chart);
      judged(next.contextId, judgement.alarm);
      this.#last = next.chart.contextSequence;
      this.#recent = [...this.#recent, next.chart].slice(-historyLength);
    }
  }
}

/** What a fault-free run would judge of every completed context, computed from the tools' own points as the run goes. */
export class FaultFreeOracle {
  readonly #judgements = new Map<string, boolean>();
  readonly #units = new Map<string, UnitOracle>();
  readonly #limits = new Map<string, readonly Limits[]>();

  constructor(world: World, history: History) {
    for (const [recipe, charts] of world.equipment.qualifiedCharts()) {
      this.#limits.set(recipe, learnAll(defaultStrategies, charts.map(decodeUChart)));
    }
    history.on('context.completed', (event) => {
      const chart = world.equipment.expectedUChart(event.contextId);
      if (chart === undefined) return;
      const key = `${event.tool}\u0000${event.recipe}`;
      let unit = this.#units.get(key);
      if (unit === undefined) {
        unit = new UnitOracle(this.#limits.get(event.recipe) ?? learnAll(defaultStrategies, []));
        this.#units.set(key, unit);
      }
      unit.add(
        { contextId: event.contextId, previousSequence: event.previousSequence, chart },
        (contextId, alarm) => this.#judgements.set(contextId, alarm),
      );
    });
  }

  judgement(contextId: string): { readonly alarm: boolean } | undefined {
    const alarm = this.#judgements.get(contextId);
    return alarm === undefined ? undefined : { alarm };
  }
}
