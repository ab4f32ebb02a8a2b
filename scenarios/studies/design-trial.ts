import type { History } from '../../sim/history/history.ts';
import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { applyDesign, type Design } from './design-setting.ts';
import { NatsLoad } from './nats-load.ts';
import { watchRebalances, type RebalanceFigures } from './rebalance-figures.ts';

/** One run of a design: the changed settings, and what is measured of it. */
export class DesignTrial {
  readonly customisation: SystemCustomisation;
  readonly #load = new NatsLoad();
  #figures: (() => RebalanceFigures) | undefined;

  constructor(design: Design) {
    this.customisation = {
      defender: (settings) => applyDesign(settings, design),
      ports: (component, ports) =>
        component === 'defender' ? { ...ports, nats: this.#load.counted(ports.nats) } : ports,
    };
  }

  watch(history: History): void {
    this.#figures = watchRebalances(history);
  }

  /** By name, with `study.` before it. */
  figures(): Record<string, number> {
    const { calls, writes } = this.#load;
    const measured = { ...this.#figures?.(), natsCalls: calls, natsWrites: writes };
    return Object.fromEntries(Object.entries(measured).map(([name, value]) => [`study.${name}`, value]));
  }
}
